import type { Fields } from '../../adapter';
import { bytesOf, textOf, textsOf, type Entry } from '../entry';
import type { Profile } from '../profile';
import { fieldsOf, idOf } from '../records';
import { sidToText } from '../sid';
import { fileTimeToIso, generalizedToIso } from '../times';

const COMMON = ['cn', 'displayName', 'mail', 'description', 'objectClass'];
const OF_USER: Readonly<Record<Profile['kind'], string[]>> = {
	ad: [
		'sAMAccountName',
		'userPrincipalName',
		'objectSid',
		'userAccountControl',
		'msDS-User-Account-Control-Computed',
		'lockoutTime',
		'accountExpires',
		'pwdLastSet',
		'primaryGroupID',
	],
	openldap: ['uid', 'pwdAccountLockedTime', 'pwdReset', 'pwdChangedTime'],
	generic: ['uid', 'pwdAccountLockedTime', 'nsAccountLock'],
};
const OF_GROUP: Readonly<Record<Profile['kind'], string[]>> = {
	ad: ['sAMAccountName', 'groupType', 'objectSid'],
	openldap: ['gidNumber'],
	generic: ['gidNumber'],
};

/** What to ask for, so that rows of users, of groups, or of whatever is a member, can be made. */
export function attributesOfRows({ kind, idAttribute }: Profile, further: readonly string[] = []): string[] {
	return [...new Set([idAttribute, ...COMMON, 'givenName', 'sn', ...OF_USER[kind], ...OF_GROUP[kind], ...further])];
}

export function userRow(profile: Profile, entry: Entry, further: readonly string[]): Fields {
	return {
		id: idOf(profile, entry) ?? null,
		dn: entry.dn,
		login: textOf(entry, profile.kind === 'ad' ? 'sAMAccountName' : 'uid') ?? null,
		...(profile.kind === 'ad' && {
			userPrincipalName: textOf(entry, 'userPrincipalName') ?? null,
			sid: sidOf(entry),
		}),
		name: textOf(entry, 'cn') ?? null,
		displayName: textOf(entry, 'displayName') ?? null,
		firstName: textOf(entry, 'givenName') ?? null,
		lastName: textOf(entry, 'sn') ?? null,
		mail: textOf(entry, 'mail') ?? null,
		...(profile.kind === 'ad' ? activeDirectoryState(entry) : ldapState(entry)),
		...furtherOf(entry, further),
	};
}

export function groupRow(profile: Profile, entry: Entry, further: readonly string[] = []): Fields {
	return {
		id: idOf(profile, entry) ?? null,
		dn: entry.dn,
		name: textOf(entry, 'cn') ?? null,
		description: textOf(entry, 'description') ?? null,
		mail: textOf(entry, 'mail') ?? null,
		...(profile.kind === 'ad' && { sid: sidOf(entry), ...groupKind(textOf(entry, 'groupType')) }),
		...furtherOf(entry, further),
	};
}

/** A member of a group, whatever it is; one that cannot be read is known by its name only. */
export function memberRow(profile: Profile, dn: string, entry: Entry | undefined, further: readonly string[]): Fields {
	if (entry === undefined) return { type: 'unknown', id: null, dn };
	const classes = textsOf(entry, 'objectClass').map((name) => name.toLowerCase());
	if (['group', 'groupofnames', 'groupofuniquenames', 'posixgroup'].some((name) => classes.includes(name))) {
		return { type: 'group', ...groupRow(profile, entry, further) };
	}
	const person = ['person', 'inetorgperson', 'posixaccount'].some((name) => classes.includes(name));
	return { type: person && !classes.includes('computer') ? 'user' : 'other', ...userRow(profile, entry, further) };
}

const furtherOf = (entry: Entry, names: readonly string[]): Fields =>
	names.length === 0 ? {} : { attributes: fieldsOf(entry, names) };

export function sidOf(entry: Entry): string | null {
	const bytes = bytesOf(entry, 'objectSid');
	return bytes === undefined ? null : (sidToText(bytes) ?? null);
}

/** Bits of userAccountControl; https://learn.microsoft.com/windows/win32/adschema/a-useraccountcontrol */
const DISABLED = 0x2;
const LOCKED = 0x10;
const PASSWORD_EXPIRED = 0x80_0000;

function activeDirectoryState(entry: Entry): Fields {
	const flags = Number(textOf(entry, 'userAccountControl') ?? 0);
	const computedText = textOf(entry, 'msDS-User-Account-Control-Computed');
	const computed = Number(computedText ?? 0);
	const lockedAt = fileTimeToIso(textOf(entry, 'lockoutTime') ?? '0');
	const expires = fileTimeToIso(textOf(entry, 'accountExpires') ?? '0') ?? null;
	return {
		enabled: (flags & DISABLED) === 0,
		// A lock that has run out leaves its time behind: the computed flag knows.
		locked: computedText === undefined ? lockedAt !== null : (computed & LOCKED) !== 0,
		accountExpires: expires,
		accountExpired: expires !== null && Date.parse(expires) <= Date.now(),
		passwordExpired: (computed & PASSWORD_EXPIRED) !== 0,
		mustChangePassword: textOf(entry, 'pwdLastSet') === '0',
	};
}

/** Operational attributes, which many servers hide: null = not known. */
function ldapState(entry: Entry): Fields {
	const locked = textOf(entry, 'pwdAccountLockedTime');
	const lock = textOf(entry, 'nsAccountLock');
	const changed = generalizedToIso(textOf(entry, 'pwdChangedTime') ?? '');
	return {
		enabled: lock === undefined ? null : lock.toLowerCase() !== 'true',
		locked: locked !== undefined,
		mustChangePassword: textOf(entry, 'pwdReset') === 'TRUE',
		passwordChangedAt: changed ?? null,
	};
}

function groupKind(text: string | undefined): Fields {
	const type = Number(text ?? 0);
	const scope = type & 2 ? 'global' : type & 4 ? 'domainLocal' : type & 8 ? 'universal' : null;
	return { security: type < 0, scope };
}
