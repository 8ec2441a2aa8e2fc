import type { ExternalRecord, Fields } from '../adapter';
import { bytesOf, textOf, type Entry } from './entry';
import { checkAttribute } from './filter';
import { guidToText } from './guid';
import type { Profile } from './profile';
import { generalizedToIso } from './times';
import { toFieldValue } from './values';

/** What of a read-only record nobody can have asked for: a password's hash must not end up in a flow. */
const NEVER_READ = new Set([
	'userpassword',
	'unicodepwd',
	'sambantpassword',
	'sambalmpassword',
	'pwdhistory',
	'krbprincipalkey',
	'ms-mcs-admpwd',
	'mslaps-password',
]);

/** The attributes to ask for, so that records of the wanted fields can be made. */
export function attributesFor(profile: Profile, fields: readonly string[]): string[] {
	const wanted = fields.map(checkAttribute).filter((name) => !NEVER_READ.has(name.toLowerCase()));
	const own = [profile.idAttribute, profile.versionAttribute, profile.changedAttribute];
	return [...new Set([...(fields.length === 0 ? ['*'] : wanted), ...own])];
}

/** The name by which an entry stays the same for ever; undefined = the bind user may not see it. */
export function idOf({ kind, idAttribute }: Pick<Profile, 'kind' | 'idAttribute'>, entry: Entry): string | undefined {
	if (kind !== 'ad') return textOf(entry, idAttribute)?.toLowerCase();
	const bytes = bytesOf(entry, idAttribute);
	return bytes?.length === 16 ? guidToText(bytes) : undefined;
}

/** @param fields none = all there are */
export function toRecord(profile: Profile, entry: Entry, fields: readonly string[]): ExternalRecord | undefined {
	const externalId = idOf(profile, entry);
	if (externalId === undefined) return undefined;
	const changed = generalizedToIso(textOf(entry, profile.changedAttribute) ?? '');
	return {
		externalId,
		fields: fieldsOf(entry, fields),
		version: textOf(entry, profile.versionAttribute) ?? null,
		modifiedAt: changed === undefined ? null : new Date(changed),
		aliases: [],
		deleted: false,
	};
}

/** Values under the names asked for; the server may spell them another way. */
export function fieldsOf(entry: Entry, fields: readonly string[]): Fields {
	const all = [...entry.attributes.values()].map(({ name }) => name);
	const names = fields.length === 0 ? all : [...new Set(fields)];
	const values = names
		.filter((name) => !NEVER_READ.has(name.toLowerCase()))
		.map((name) => {
			const attribute = entry.attributes.get(name.toLowerCase());
			return [name, name.toLowerCase() === 'dn' ? entry.dn : toFieldValue(attribute)] as const;
		});
	return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
