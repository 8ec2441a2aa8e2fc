import { contextValues, type HubSpotErrorDetail } from './error-body';

/** What HubSpot holds against one property. */
export interface PropertyProblem {
	property: string;
	/** HubSpot's word, e.g. `PROPERTY_DOESNT_EXIST`. */
	code: string;
	message: string;
}

/** The property itself is wrong, whatever the value: every record that carries it fails the same way. */
const ABOUT_THE_PROPERTY = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE', 'PROPERTY_ARCHIVED']);

const REMEDIES: Record<string, string> = {
	PROPERTY_DOESNT_EXIST: 'Create the property in HubSpot or correct its internal name in the mapping.',
	READ_ONLY_VALUE: 'HubSpot sets this property itself: take it out of the pushed fields.',
	PROPERTY_ARCHIVED: 'Restore the property in HubSpot or map another one.',
	INVALID_OPTION: 'Send the internal name of one of the property’s options, or add the option in HubSpot.',
	CONFLICTING_UNIQUE_VALUE:
		'Another HubSpot record holds this unique value: merge the two in HubSpot, or link to that record.',
};

export function isAboutTheProperty(problem: PropertyProblem): boolean {
	return ABOUT_THE_PROPERTY.has(problem.code);
}

/** What the reader can do about it. */
export function propertyRemedy(problem: PropertyProblem): string {
	if (problem.code.includes('REQUIRED')) return 'Fill this property: HubSpot or the account’s own rules require it.';
	return REMEDIES[problem.code] ?? `Correct the value of "${problem.property}" in your system or its mapping.`;
}

/**
 * The properties a 400 is about. HubSpot writes them in `errors[].context.propertyName`, or as JSON inside the text
 * of `message` ("Property values were not valid: [{...}]"); both are read.
 */
export function findPropertyProblems(detail: HubSpotErrorDetail): PropertyProblem[] {
	return [...fromDetails(detail), ...fromMessage(detail.message)];
}

function fromDetails(detail: HubSpotErrorDetail): PropertyProblem[] {
	const named = contextValues({ ...detail, errors: [] }, 'propertyName', 'properties', 'property').map((property) => ({
		property,
		code: detail.code,
		message: detail.message,
	}));
	return [...named, ...detail.errors.flatMap((inner) => findPropertyProblems(inner))];
}

function fromMessage(message: string): PropertyProblem[] {
	const start = message.indexOf('[{');
	const end = message.lastIndexOf('}]');
	if (start < 0 || end < start) return [];
	try {
		const listed: unknown = JSON.parse(message.slice(start, end + 2));
		return Array.isArray(listed) ? listed.flatMap(fromListed) : [];
	} catch {
		return [];
	}
}

function fromListed(one: unknown): PropertyProblem[] {
	if (typeof one !== 'object' || one === null) return [];
	const { name, error, message } = one as { name?: unknown; error?: unknown; message?: unknown };
	if (typeof name !== 'string') return [];
	return [
		{
			property: name,
			code: typeof error === 'string' ? error : '',
			message: typeof message === 'string' ? message : '',
		},
	];
}
