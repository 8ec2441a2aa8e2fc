import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryDescription } from '../../query';
import type { Directory, Reach } from '../directory';
import { normal } from '../dn';
import { textsOf, type Entry } from '../entry';
import { checkAttribute, type Condition } from '../filter';
import { IDS_PER_SEARCH, MAX_DEPTH } from '../limits';
import { ofObject } from '../profile';
import { collect, readEntry } from '../search';
import { relativeIdOf } from '../sid';
import { IN_CHAIN } from './groups-of-user';
import { ATTRIBUTES, flagParameter, LIMIT, limitParameter, namesParameter, NESTED } from './parameters';
import { attributesOfRows, memberRow, sidOf } from './rows';
import { findOne, readSubject, subjectParameters } from './subject';
import { valuesInRanges } from './ranges';

export const MEMBERS_OF_GROUP: QueryDescription = {
	query: 'membersOfGroup',
	displayName: 'Members of Group',
	description: 'Who is in a group, also through other groups',
	parameters: [...subjectParameters('group'), NESTED, LIMIT, ATTRIBUTES],
	sensitive: true,
};

/** What an answer is made with. */
interface Asked {
	reach: Reach;
	limit: number;
	attributes: string[];
	further: string[];
}

export async function membersOfGroup(directory: Directory, parameters: Fields): Promise<QueryAnswer> {
	const subject = readSubject(parameters);
	const nested = flagParameter(parameters, 'nested', true);
	const limit = limitParameter(parameters);
	const further = namesParameter(parameters, 'attributes').map(checkAttribute);
	return await directory.work('find the members of a group', async (reach) => {
		const { profile } = reach;
		const asked: Asked = { reach, limit, further, attributes: attributesOfRows(profile, further) };
		const group = await findOne(reach, 'group', subject, [profile.idAttribute, 'objectSid']);
		const direct = await directMembers(asked, group);
		const rows = new Map<string, Fields>();
		for (const [dn, entry] of direct) rows.set(dn, { ...memberRow(profile, dn, entry, further), direct: true });
		if (nested) {
			const more =
				profile.kind === 'ad' ? await inActiveDirectory(asked, group) : await elsewhere(asked, group, direct);
			for (const [dn, entry] of more) {
				if (!rows.has(dn)) rows.set(dn, { ...memberRow(profile, dn, entry, further), direct: false });
			}
		}
		if (rows.size > limit) throw tooMany(limit);
		return { rows: [...rows.values()].map((row) => ({ ...row, dn: row['dn'] ?? null })) };
	});
}

/** By normal DN; undefined = it is named, but may not be read. */
type Members = Map<string, Entry | undefined>;

async function directMembers(asked: Asked, group: Entry): Promise<Members> {
	const { reach, limit } = asked;
	const found: Members = new Map();
	const tooManyHere = () => tooMany(limit);
	if (reach.profile.kind !== 'ad') {
		const entry = await readEntry(reach, group.dn, ['member', 'uniqueMember', 'memberUid', 'gidNumber', 'objectClass']);
		const dns = ['member', 'uniqueMember'].flatMap((name) => (entry === undefined ? [] : textsOf(entry, name)));
		if (dns.length > limit) throw tooManyHere();
		for (const dn of dns) found.set(normal(dn), await readEntry(reach, dn, asked.attributes));
		const accounts = entry === undefined ? [] : posixAccounts(entry);
		for (const one of await searchAny(asked, accounts)) found.set(normal(one.dn), one);
		return found;
	}
	const dns = await valuesInRanges(reach, group.dn, 'member', limit, tooManyHere);
	for (const dn of dns) found.set(normal(dn), undefined);
	const entries = await searchAny(
		asked,
		dns.map((value) => ({ is: 'distinguishedName', value })),
	);
	for (const entry of entries) found.set(normal(entry.dn), entry);
	for (const entry of await searchAny(asked, byPrimary([group]))) found.set(normal(entry.dn), entry);
	return found;
}

/** Whose primary group it is does not show in the group. */
function byPrimary(groups: Entry[]): Condition[] {
	return groups.flatMap((group) => {
		const sid = sidOf(group);
		return sid === null ? [] : [{ is: 'primaryGroupID', value: relativeIdOf(sid) }];
	});
}

async function inActiveDirectory(asked: Asked, group: Entry): Promise<Members> {
	const { profile } = asked.reach;
	const below: Condition = { matches: 'memberOf', rule: IN_CHAIN, value: group.dn };
	const entries = await searchAny(asked, [below]);
	const groups = await collect(
		asked.reach,
		{
			base: profile.baseDn,
			scope: 'sub',
			filter: { and: [ofObject(profile, 'group'), below] },
			attributes: ['objectSid'],
		},
		asked.limit,
		() => tooMany(asked.limit),
	);
	const primary = await searchAny(asked, byPrimary(groups));
	return new Map([...entries, ...primary].map((entry) => [normal(entry.dn), entry]));
}

/** Level by level, each group once. */
async function elsewhere(asked: Asked, group: Entry, direct: Members): Promise<Members> {
	const found: Members = new Map();
	const seen = new Set([normal(group.dn)]);
	let level = groupsAmong(direct);
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > MAX_DEPTH) throw tooMany(asked.limit);
		const next: Entry[] = [];
		for (const one of level) {
			if (seen.has(normal(one.dn))) continue;
			seen.add(normal(one.dn));
			const members = await directMembers(asked, one);
			for (const [dn, entry] of members) found.set(dn, entry);
			if (found.size > asked.limit) throw tooMany(asked.limit);
			next.push(...groupsAmong(members));
		}
		level = next;
	}
	return found;
}

function groupsAmong(members: Members): Entry[] {
	return [...members.values()].filter(
		(entry): entry is Entry =>
			entry !== undefined &&
			textsOf(entry, 'objectClass').some((name) => /^(groupOf(Unique)?Names|posixGroup)$/i.test(name)),
	);
}

function posixAccounts(group: Entry): Condition[] {
	if (!textsOf(group, 'objectClass').some((name) => /^posixGroup$/i.test(name))) return [];
	const byGid = textsOf(group, 'gidNumber').map((value): Condition => ({
		and: [
			{ is: 'objectClass', value: 'posixAccount' },
			{ is: 'gidNumber', value },
		],
	}));
	return [...textsOf(group, 'memberUid').map((value): Condition => ({ is: 'uid', value })), ...byGid];
}

async function searchAny({ reach, limit, attributes }: Asked, any: Condition[]): Promise<Entry[]> {
	const found: Entry[] = [];
	for (let from = 0; from < any.length; from += IDS_PER_SEARCH) {
		const or = any.slice(from, from + IDS_PER_SEARCH);
		const search = { base: reach.profile.baseDn, scope: 'sub' as const, filter: { or }, attributes };
		found.push(...(await collect(reach, search, limit, () => tooMany(limit))));
	}
	return found;
}

function tooMany(limit: number): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'answer_too_large',
		message: `The group has more than ${limit} members.`,
		remedy: 'Raise "limit", or ask without groups within groups.',
	});
}
