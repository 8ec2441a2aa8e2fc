import { CrosslinkError } from '../../errors';
import type { EntityBinding, PrepareResult } from '../adapter';
import type { HubSpotClient } from './client';
import { HubSpotError } from './errors';
import { defaultGroup } from './objects';

/** HubSpot takes it for batch upsert although it is not marked as unique, for contacts only. */
const BUILT_IN_KEYS = new Set(['contacts.email']);

/**
 * Creates each object's unique key property unless it is there. Needs a schema-write scope.
 * @throws CrosslinkError `rejected`, `property_not_unique`, when a property of that name cannot be a key: HubSpot
 * sets uniqueness only at creation
 */
export async function prepare(client: HubSpotClient, bindings: EntityBinding[]): Promise<PrepareResult> {
	const steps = new Map<string, PrepareResult['steps'][number]>();
	for (const { object, keyField } of bindings) {
		const name = `${object}.${keyField}`;
		if (!steps.has(name)) steps.set(name, { name, outcome: await prepareKey(client, object, keyField) });
	}
	return { steps: [...steps.values()] };
}

async function prepareKey(client: HubSpotClient, object: string, keyField: string): Promise<'created' | 'present'> {
	if (BUILT_IN_KEYS.has(`${object}.${keyField}`)) return 'present';
	if (await isPresent(client, object, keyField)) return 'present';
	const purpose = `create the property ${keyField} of ${object}`;
	const { core } = await client.properties({ purpose, budget: 'general' });
	const groupName = await groupFor(client, object);
	try {
		await core.create(object, {
			name: keyField,
			label: 'Crosslink ID',
			description: 'The key by which Crosslink finds this record again. Do not edit.',
			groupName,
			// The generated enumerations are strings at run time; importing them would load the package early.
			type: 'string' as Parameters<typeof core.create>[1]['type'],
			fieldType: 'text' as Parameters<typeof core.create>[1]['fieldType'],
			hasUniqueValue: true,
			formField: false,
		});
		return 'created';
	} catch (thrown) {
		// Somebody else has just made it, or our own first try did and its answer was lost.
		if (thrown instanceof HubSpotError && thrown.httpStatus === 409 && (await isPresent(client, object, keyField))) {
			return 'present';
		}
		throw thrown;
	}
}

async function isPresent(client: HubSpotClient, object: string, name: string): Promise<boolean> {
	const { core } = await client.properties({
		purpose: `look for the property ${name} of ${object}`,
		budget: 'general',
	});
	try {
		const property = await core.getByName(object, name);
		if (property.hasUniqueValue === true) return true;
	} catch (thrown) {
		if (thrown instanceof HubSpotError && thrown.httpStatus === 404) return false;
		throw thrown;
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'property_not_unique',
		message: `The HubSpot property "${name}" of ${object} exists but does not require unique values, so it cannot be the key.`,
		remedy: 'Archive that property in HubSpot, or choose another one as the key; uniqueness is set only at creation.',
	});
}

async function groupFor(client: HubSpotClient, object: string): Promise<string> {
	const known = defaultGroup(object);
	if (known) return known;
	const { groups } = await client.properties({ purpose: `list the property groups of ${object}`, budget: 'general' });
	const answer = await groups.getAll(object);
	const first = (answer.results ?? []).find((group) => group.archived !== true);
	return first?.name ?? `${object}information`;
}
