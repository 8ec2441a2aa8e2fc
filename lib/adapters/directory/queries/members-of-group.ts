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
}

export async function membersOfGroup(directory: Directory, parameters: Fields): Promise<QueryAnswer> {
	const subject = readSubject(parameters);
	const nested = flagParameter(parameters, 'nested', true);
	const limit = limitParameter(parameters);
	const further = namesParameter(parameters, 'attributes').map(checkAttribute);
	return await directory.work('find the members of a group', async (reach) => {
		const { profile } = reach;
		const asked: Asked = { reach, limit, attributes: attributesOfRows(profile, further) };
		const group = await findOne(reach, 'group', subject, [profile.idAttribute, 'objectSid']);
		const direct = await directMembers(asked, group);
		const rows = new Map<string, Fields>();
		const add = (members: Members, isDirect: boolean) => {
			for (const [key, { dn, entry }] of members) {
				if (!rows.has(key)) rows.set(key, { ...memberRow(profile, dn, entry, further), direct: isDirect });
			}
		};
		add(direct, true);
		if (nested) {
			add(profile.kind === 'ad' ? await inActiveDirectory(asked, group) : await elsewhere(asked, group, direct), false);
		}
		if (rows.size > limit) throw tooMany(limit);
		return { rows: [...rows.values()] };
	});
}

/** By normal DN; without an entry = it is named, but may not be read. */
type Members = Map<string, { dn: string; entry: Entry | undefined }>;

const toMembers = (entries: Entry[]): Members =>
	new Map(entries.map((entry) => [normal(entry.dn), { dn: entry.dn, entry }]));

async function directMembers(asked: Asked, group: Entry): Promise<Members> {
	return asked.reach.profile.kind === 'ad' ? await listed(asked, group) : await listedElsewhere(asked, group);
}

async function listed(asked: Asked, group: Entry): Promise<Members> {
	const dns = await valuesInRanges(asked.reach, group.dn, 'member', asked.limit, () => tooMany(asked.limit));
	const named: Members = new Map(dns.map((dn) => [normal(dn), { dn, entry: undefined }]));
	const entries = await searchAny(
		asked,
		dns.map((value) => ({ is: 'distinguishedName', value })),
	);
	return new Map([...named, ...toMembers(entries), ...toMembers(await searchAny(asked, byPrimary([group])))]);
}

async function listedElsewhere(asked: Asked, group: Entry): Promise<Members> {
	const { reach, limit, attributes } = asked;
	const entry = await readEntry(reach, group.dn, ['member', 'uniqueMember', 'memberUid', 'gidNumber', 'objectClass']);
	if (entry === undefined) return new Map();
	const dns = ['member', 'uniqueMember'].flatMap((name) => textsOf(entry, name));
	if (dns.length > limit) throw tooMany(limit);
	const found: Members = new Map();
	for (const dn of dns) found.set(normal(dn), { dn, entry: await readEntry(reach, dn, attributes) });
	return new Map([...found, ...toMembers(await searchAny(asked, posixAccounts(entry)))]);
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
	return toMembers([...entries, ...primary]);
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
			for (const [key, member] of members) found.set(key, member);
			if (found.size > asked.limit) throw tooMany(asked.limit);
			next.push(...groupsAmong(members));
		}
		level = next;
	}
	return found;
}

function groupsAmong(members: Members): Entry[] {
	const isGroup = (entry: Entry) =>
		textsOf(entry, 'objectClass').some((name) => /^(groupOf(Unique)?Names|posixGroup)$/i.test(name));
	return [...members.values()].flatMap(({ entry }) => (entry !== undefined && isGroup(entry) ? [entry] : []));
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
