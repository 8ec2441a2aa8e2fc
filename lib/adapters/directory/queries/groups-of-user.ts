import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryDescription } from '../../query';
import type { Directory, Reach } from '../directory';
import { normal } from '../dn';
import { textOf, textsOf, type Entry } from '../entry';
import type { Condition } from '../filter';
import { IDS_PER_SEARCH, MAX_DEPTH, MAX_GROUPS } from '../limits';
import { ofObject } from '../profile';
import { collect } from '../search';
import { sidToBytes, withRelativeId } from '../sid';
import { flagParameter, NESTED } from './parameters';
import { attributesOfRows, groupRow, sidOf } from './rows';
import { findOne, readSubject, subjectParameters } from './subject';

export const GROUPS_OF_USER: QueryDescription = {
	query: 'groupsOfUser',
	displayName: 'Groups of User',
	description: 'The groups that a user is a member of, also through other groups',
	parameters: [...subjectParameters('user'), NESTED],
	sensitive: true,
};

/** Active Directory follows groups within groups itself by this rule. */
export const IN_CHAIN = '1.2.840.113556.1.4.1941';

export async function groupsOfUser(directory: Directory, parameters: Fields): Promise<QueryAnswer> {
	const subject = readSubject(parameters);
	const nested = flagParameter(parameters, 'nested', true);
	return await directory.work('find the groups of a user', async (reach) => {
		const own = ['uid', 'primaryGroupID', 'objectSid', 'gidNumber'];
		const user = await findOne(reach, 'user', subject, [reach.profile.idAttribute, ...own]);
		const found =
			reach.profile.kind === 'ad' ? await inActiveDirectory(reach, user, nested) : await elsewhere(reach, user, nested);
		return {
			rows: [...found.values()].map(({ entry, direct, primary }) => ({
				...groupRow(reach.profile, entry),
				direct,
				primary,
			})),
		};
	});
}

interface Found {
	entry: Entry;
	direct: boolean;
	/** It is the one every user has one of, which is no membership of the group's. */
	primary: boolean;
}

async function inActiveDirectory(reach: Reach, user: Entry, nested: boolean): Promise<Map<string, Found>> {
	const found = new Map<string, Found>();
	const add = (entries: Entry[], marks: Omit<Found, 'entry'>) => {
		for (const entry of entries) if (!found.has(normal(entry.dn))) found.set(normal(entry.dn), { entry, ...marks });
	};
	const primary = await primaryGroup(reach, user);
	add(primary, { direct: true, primary: true });
	add(await groups(reach, [{ is: 'member', value: user.dn }]), { direct: true, primary: false });
	if (nested) {
		const starts = [user, ...primary].map(({ dn }): Condition => ({ matches: 'member', rule: IN_CHAIN, value: dn }));
		add(await groups(reach, starts), { direct: false, primary: false });
	}
	return found;
}

/** The group's SID is the user's with another last part. It is in nobody's `memberOf`. */
async function primaryGroup(reach: Reach, user: Entry): Promise<Entry[]> {
	const [sid, relativeId] = [sidOf(user), textOf(user, 'primaryGroupID')];
	const bytes = sid === null || relativeId === undefined ? undefined : sidToBytes(withRelativeId(sid, relativeId));
	return bytes === undefined ? [] : await groups(reach, [{ is: 'objectSid', value: bytes }]);
}

/** Level by level, each group once, so that groups that are in each other end it. */
async function elsewhere(reach: Reach, user: Entry, nested: boolean): Promise<Map<string, Found>> {
	const found = new Map<string, Found>();
	const uids = textsOf(user, 'uid').map((value): Condition => ({ is: 'memberUid', value }));
	const gid = textOf(user, 'gidNumber');
	const own: Condition[] =
		gid === undefined
			? []
			: [
					{
						and: [
							{ is: 'objectClass', value: 'posixGroup' },
							{ is: 'gidNumber', value: gid },
						],
					},
				];
	let level: Condition[] = [...membershipsOf(user.dn), ...uids, ...own];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > MAX_DEPTH) throw tooDeep();
		const next: Condition[] = [];
		for (const entry of await groups(reach, level)) {
			const key = normal(entry.dn);
			if (found.has(key)) continue;
			const primary = gid !== undefined && textOf(entry, 'gidNumber') === gid;
			found.set(key, { entry, direct: depth === 0, primary });
			if (found.size > MAX_GROUPS) throw tooMany();
			next.push(...membershipsOf(entry.dn));
		}
		level = nested ? next : [];
	}
	return found;
}

const membershipsOf = (value: string): Condition[] => [
	{ is: 'member', value },
	{ is: 'uniqueMember', value },
];

async function groups(reach: Reach, any: Condition[]): Promise<Entry[]> {
	const found: Entry[] = [];
	for (let from = 0; from < any.length; from += IDS_PER_SEARCH) {
		const or = any.slice(from, from + IDS_PER_SEARCH);
		const search = {
			base: reach.profile.baseDn,
			scope: 'sub' as const,
			filter: { and: [ofObject(reach.profile, 'group'), { or }] },
			attributes: attributesOfRows(reach.profile),
		};
		found.push(...(await collect(reach, search, MAX_GROUPS, tooMany)));
	}
	return found;
}

function tooMany(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'answer_too_large',
		message: `The user is in more than ${MAX_GROUPS} groups.`,
		remedy: 'Ask without groups within groups, or narrow the Base DN.',
	});
}

function tooDeep(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'answer_too_large',
		message: `Groups lie within groups more than ${MAX_DEPTH} levels deep.`,
		remedy: 'Ask without groups within groups.',
	});
}
