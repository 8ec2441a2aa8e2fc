import type { EntityDefaults, FieldRule, Transform } from '../adapter';

/** Property that carries our key, created by `prepare`. */
export const KEY_PROPERTY = 'crosslink_id';

/** Operations owns it: written to HubSpot, edits there are not taken back. */
const push = (local: string, external: string, transform?: Transform): FieldRule => ({
	local,
	external,
	direction: 'push',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...(transform && { transform }),
});

/** Sales owns it: read from HubSpot, never written there. */
const pull = (local: string, external: string): FieldRule => ({
	local,
	external,
	direction: 'pull',
	owner: 'external',
	policy: 'owner',
	strength: 'onChange',
});

/** What each entity maps to before the tenant's settings. */
export const ENTITIES: EntityDefaults[] = [
	{
		entity: 'order',
		displayName: 'Order',
		object: 'deals',
		fields: [
			push('name', 'dealname'),
			push('amount', 'amount', { type: 'number' }),
			push('dueDate', 'closedate', { type: 'date' }),
			pull('salesStage', 'dealstage'),
			pull('salesNotes', 'description'),
		],
		associations: [{ local: 'companyId', entity: 'company' }],
		linkColumns: [
			{ column: 'pipeline', external: 'pipeline' },
			{ column: 'stage', external: 'dealstage' },
		],
	},
	{
		entity: 'company',
		displayName: 'Company',
		object: 'companies',
		fields: [
			push('name', 'name'),
			push('domain', 'domain'),
			push('phone', 'phone'),
			push('city', 'city'),
			push('country', 'country'),
			pull('industry', 'industry'),
			pull('salesNotes', 'description'),
		],
		associations: [],
		linkColumns: [],
	},
	{
		entity: 'contact',
		displayName: 'Contact',
		object: 'contacts',
		fields: [
			push('email', 'email'),
			push('firstName', 'firstname'),
			push('lastName', 'lastname'),
			push('phone', 'phone'),
		],
		associations: [{ local: 'companyId', entity: 'company' }],
		linkColumns: [],
	},
];
