import type { EntityDefaults, FieldRule } from '../adapter';

/** The directory owns its people: they are read there, never written. */
const pull = (local: string, external: string): FieldRule => ({
	local,
	external,
	direction: 'pull',
	owner: 'external',
	policy: 'owner',
	strength: 'onChange',
});

/** Attributes that Active Directory and the usual LDAP schemas have in common. Login names differ: add the one of yours. */
export const ENTITIES: EntityDefaults[] = [
	{
		entity: 'user',
		displayName: 'User',
		object: 'user',
		fields: [
			pull('name', 'cn'),
			pull('displayName', 'displayName'),
			pull('email', 'mail'),
			pull('firstName', 'givenName'),
			pull('lastName', 'sn'),
			pull('phone', 'telephoneNumber'),
			pull('title', 'title'),
		],
		associations: [],
		linkColumns: [],
	},
	{
		entity: 'group',
		displayName: 'Group',
		object: 'group',
		fields: [pull('name', 'cn'), pull('description', 'description'), pull('members', 'member')],
		associations: [],
		linkColumns: [],
	},
];

/** Holds "our" number of a person in both worlds; may be another one by `matchOn`. */
export const KEY_ATTRIBUTE = 'employeeNumber';
