import { CrosslinkError } from '../../errors';
import type { EntityBinding, ExternalRecord } from '../adapter';
import type { Directory, Reach } from './directory';
import type { Entry } from './entry';
import { checkAttribute, type Condition } from './filter';
import { IDS_PER_SEARCH } from './limits';
import { byId, ofObject } from './profile';
import { attributesFor, toRecord } from './records';
import { searchAll } from './search';
import { isGuid, guidToBytes } from './guid';
import { sidToBytes } from './sid';

/** Entries by id; ids that no entry has, or that none can have, are left out. */
export async function read(
	directory: Directory,
	binding: EntityBinding,
	externalIds: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await directory.work(`read entries (${binding.object})`, async (reach) => {
		const found = await readByIds(reach, binding.object, externalIds, attributesFor(reach.profile, fields));
		return toRecords(reach, found, fields).map((record) => ({ ...record, requestedId: record.externalId }));
	});
}

export async function readByIds(
	reach: Reach,
	object: string,
	ids: readonly string[],
	attributes: string[],
): Promise<Entry[]> {
	const conditions = [...new Set(ids.map((id) => id.toLowerCase()))].flatMap((id) => byId(reach.profile, id) ?? []);
	return await findAny(reach, object, conditions, attributes);
}

/** Entries that may have one value of a key; an attribute with more of them is no key. */
const HITS_PER_VALUE = 10;

/**
 * Entries by the values of any attribute, several for one value included.
 * @throws CrosslinkError `rejected`, `match_ambiguous`, when the attribute is far from unique
 */
export async function match(
	directory: Directory,
	binding: EntityBinding,
	keyField: string,
	values: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	const key = checkAttribute(keyField);
	const wanted = [...new Set(values)].filter((value) => value !== '');
	return await directory.work(`find entries (${binding.object})`, async (reach) => {
		const conditions = wanted.map((value) => ({ is: key, value: keyValue(reach, key, value) }));
		const most = wanted.length * HITS_PER_VALUE;
		const asked = attributesFor(reach.profile, [...fields, key]);
		const found = await findAny(reach, binding.object, conditions, asked, most);
		return toRecords(reach, found, fields.length === 0 ? [] : [...fields, key]);
	});
}

/** Bytes where the attribute holds bytes: a GUID or a SID is not searched for as it is written. */
export function keyValue({ profile }: Reach, attribute: string, value: string): string | Buffer {
	if (profile.kind !== 'ad') return value;
	const name = attribute.toLowerCase();
	if (name === 'objectguid' && isGuid(value)) return guidToBytes(value.toLowerCase());
	if (name === 'objectsid') return sidToBytes(value) ?? value;
	return value;
}

async function findAny(
	reach: Reach,
	object: string,
	conditions: Condition[],
	attributes: string[],
	most = Infinity,
): Promise<Entry[]> {
	const found: Entry[] = [];
	for (let from = 0; from < conditions.length; from += IDS_PER_SEARCH) {
		const some = conditions.slice(from, from + IDS_PER_SEARCH);
		const filter: Condition = { and: [ofObject(reach.profile, object), { or: some }] };
		const search = { base: reach.profile.baseDn, scope: 'sub' as const, filter, attributes };
		for await (const entries of searchAll(reach, search)) {
			found.push(...entries);
			if (found.length > most) throw ambiguous(object);
		}
	}
	return found;
}

export function toRecords({ profile }: Reach, entries: Entry[], fields: readonly string[]): ExternalRecord[] {
	return entries.flatMap((entry) => toRecord(profile, entry, fields) ?? []);
}

function ambiguous(object: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'match_ambiguous',
		message: `The attribute to match on holds the same value in more than ${HITS_PER_VALUE} entries (${object}).`,
		remedy: 'Match on an attribute with unique values, such as mail or employeeNumber.',
	});
}
