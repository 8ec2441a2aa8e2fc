import { CrosslinkError } from '../../errors';
import type { Choice, ExternalField, ExternalSchema } from '../adapter';
import type { HubSpotClient } from './client';
import { HubSpotError } from './errors';
import { hasPipelines } from './objects';

/** A pipeline with its stages, both in the order HubSpot shows them. */
export type Pipeline = ExternalSchema['pipelines'][number];

/** Properties, pipelines and stages of one object, read live. */
export async function describe(client: HubSpotClient, object: string): Promise<ExternalSchema> {
	const { core } = await client.properties({ purpose: `list the properties of ${object}`, budget: 'general' });
	try {
		const answer = await core.getAll(object);
		const fields = (answer.results ?? []).filter((one) => one.archived !== true).map(toField);
		return { object, fields, pipelines: await readPipelines(client, object) };
	} catch (thrown) {
		if (thrown instanceof HubSpotError && (thrown.httpStatus === 404 || thrown.httpStatus === 400)) {
			throw objectUnknown(object, thrown);
		}
		throw thrown;
	}
}

/** Pipelines by display order; none for objects that have none. */
export async function readPipelines(client: HubSpotClient, object: string): Promise<Pipeline[]> {
	if (!hasPipelines(object)) return [];
	const pipelines = await client.pipelines({ purpose: `list the pipelines of ${object}`, budget: 'general' });
	const answer = await pipelines.getAll(object);
	return shown(answer.results ?? []).map((one) => ({
		...toChoice(one),
		stages: shown(one.stages ?? []).map(toChoice),
	}));
}

interface Shown {
	id: string;
	label: string;
	displayOrder: number;
	archived: boolean;
}

function shown<T extends Shown>(entries: T[]): T[] {
	return entries.filter((one) => one.archived !== true).sort((a, b) => (a.displayOrder ?? 0) - (b.displayOrder ?? 0));
}

function toChoice(entry: Shown): Choice {
	return { value: entry.id, label: entry.label };
}

interface HubSpotProperty {
	name: string;
	label: string;
	type: string;
	fieldType: string;
	hasUniqueValue?: boolean;
	calculated?: boolean;
	options?: Array<{ value: string; label: string; hidden?: boolean }>;
	modificationMetadata?: { readOnlyValue: boolean };
}

function toField(property: HubSpotProperty): ExternalField {
	const type = typeOf(property);
	const choices = (property.options ?? []).filter((one) => one.hidden !== true);
	return {
		name: property.name,
		label: property.label,
		type,
		readOnly: property.calculated === true || property.modificationMetadata?.readOnlyValue === true,
		unique: property.hasUniqueValue === true,
		...(type === 'enumeration' && { choices: choices.map(({ value, label }) => ({ value, label })) }),
	};
}

function typeOf(property: HubSpotProperty): ExternalField['type'] {
	if (property.type === 'bool' || property.fieldType === 'booleancheckbox') return 'boolean';
	switch (property.type) {
		case 'number':
		case 'date':
		case 'datetime':
		case 'enumeration':
			return property.type;
		default:
			// HubSpot also has phone_number, json and object_coordinates: text, as far as reading and writing goes.
			return 'string';
	}
}

function objectUnknown(object: string, cause: HubSpotError): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'object_unknown',
		message: `This HubSpot account has no object "${object}": ${cause.message}`,
		remedy: 'Use an object of the account, such as deals, companies, contacts, or a custom object’s type id.',
		httpStatus: cause.httpStatus,
		cause,
	});
}
