import type { INodeProperties } from 'n8n-workflow';

/** The same parameters, shown only for these operations of a resource: `{ record: ['push'] }`. */
export function shownFor(where: Record<string, string[]>, properties: INodeProperties[]): INodeProperties[] {
	return Object.entries(where).flatMap(([resource, operation]) =>
		properties.map((property) => ({
			...property,
			displayOptions: {
				...property.displayOptions,
				// First: n8n shows a property as soon as it meets an expression among what these name, and looks no further.
				show: { resource: [resource], operation, ...property.displayOptions?.show },
			},
		})),
	);
}
