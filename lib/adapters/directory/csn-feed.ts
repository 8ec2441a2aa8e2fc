import { comparePoints, largest, type Points } from './cursor';
import type { Reach } from './directory';
import { textOf, textsOf, type Entry } from './entry';
import type { ChangeKey, Feed, Mark, Stretch } from './feed';
import type { Condition } from './filter';
import { isUnder } from './dn';
import { ofObject } from './profile';
import { idOf } from './records';
import { readEntry, searchAll } from './search';
import { dateToGeneralized, generalizedToIso } from './times';

/**
 * Changes in OpenLDAP, by entryCSN: a stamp with the server (`sid`) that took the write, equal on all its replicas. Where the
 * suffix has a contextCSN (the overlay syncprov, or a replica), it says up to which stamp each server's writes are all
 * there, so that nothing has to be read twice. Where it has none, and for other servers by modifyTimestamp, the end
 * is the newest stamp that was seen, and the next window reaches back.
 */
export function csnFeed(reach: Reach, object: string, lookbackSeconds: number): Feed {
	const attribute = reach.profile.versionAttribute;
	let exact = false;
	return {
		mark: async (since) => {
			const points = attribute === 'entryCSN' ? await contextPoints(reach) : {};
			exact = Object.keys(points).length > 0;
			const server = reach.profile.baseDn.toLowerCase();
			return { server, points: exact ? points : await newestPoint(reach, attribute, since) } satisfies Mark;
		},
		lowest: (since, to) => {
			if (!exact) return { low: since[''] === undefined ? undefined : reachedBack(since[''], lookbackSeconds) };
			// A server that has written nothing since would hold the edge where it was, however long ago.
			const written = Object.entries(to).filter(([sid, end]) => comparePoints(end, since[sid] ?? '') > 0);
			if (written.length === 0) return undefined;
			const edges = written.map(([sid]) => since[sid]);
			if (edges.includes(undefined)) return { low: undefined };
			return { low: edges.reduce((a, b) => (comparePoints(a ?? '', b ?? '') < 0 ? a : b)) };
		},
		// Entries loaded from a file (slapadd without -w) have stamps beyond the contextCSN until somebody writes.
		highest: () => undefined,
		keys: async function* (stretch) {
			const isNew = ({ order }: ChangeKey) => !exact || comparePoints(order, stretch.since[sidOf(order)] ?? '') > 0;
			for await (const keys of live(reach, object, attribute, stretch)) yield keys.filter(isNew);
			if (stretch.deletions === 'none') return;
			for await (const keys of deleted(reach, object, stretch)) yield keys.filter(isNew);
		},
	};
}

/** `20261128192737.123456Z#000000#001#000000`: time, count, server, modification. */
const sidOf = (csn: string): string => csn.split('#')[2] ?? '';

/** Up to where each server's writes are all there. */
export async function contextPoints(reach: Reach): Promise<Points> {
	const suffix = suffixOf(reach);
	const entry = await readEntry(reach, suffix, ['contextCSN']);
	return Object.fromEntries((entry === undefined ? [] : textsOf(entry, 'contextCSN')).map((csn) => [sidOf(csn), csn]));
}

/** The naming context that the base lies in. */
function suffixOf({ profile }: Reach): string {
	const above = textsOf(profile.root, 'namingContexts').filter((context) => isUnder(profile.baseDn, context));
	return above.sort((a, b) => b.length - a.length)[0] ?? profile.baseDn;
}

async function newestPoint(reach: Reach, attribute: string, since: Points | undefined): Promise<Points> {
	const known = since?.[''];
	const search = {
		base: reach.profile.baseDn,
		scope: 'sub' as const,
		filter: known === undefined ? { has: attribute } : { atLeast: attribute, value: known },
		attributes: [attribute],
	};
	let newest = known;
	for await (const entries of searchAll(reach, search)) {
		newest = largest([...(newest === undefined ? [] : [newest]), ...entries.flatMap((one) => textsOf(one, attribute))]);
	}
	return newest === undefined ? {} : { '': newest };
}

function reachedBack(point: string, seconds: number): string {
	const at = generalizedToIso(point.split('#')[0] ?? '');
	if (at === undefined) return point;
	const time = dateToGeneralized(new Date(Date.parse(at) - seconds * 1_000));
	return point.includes('#') ? time.replace('.0Z', '.000000Z#000000#000#000000') : time.replace('.0Z', 'Z');
}

const edges = (attribute: string, { low, high }: Stretch): Condition[] => [
	...(low === undefined ? [] : [{ atLeast: attribute, value: low }]),
	...(high === undefined ? [] : [{ atMost: attribute, value: high }]),
];

async function* live(reach: Reach, object: string, attribute: string, stretch: Stretch): AsyncGenerator<ChangeKey[]> {
	const { profile } = reach;
	const search = {
		base: profile.baseDn,
		scope: 'sub' as const,
		filter: { and: [ofObject(profile, object), ...edges(attribute, stretch)] },
		attributes: [profile.idAttribute, attribute],
	};
	for await (const entries of searchAll(reach, search)) {
		yield entries.flatMap((entry) => {
			const id = idOf(profile, entry);
			const order = textOf(entry, attribute);
			return id === undefined || order === undefined ? [] : [{ id, order }];
		});
	}
}

/** Where the overlay accesslog writes; undefined = nowhere that this user may see. */
export async function accessLogOf(reach: Reach): Promise<string | undefined> {
	if (reach.profile.kind !== 'openldap') return undefined;
	const suffix = await readEntry(reach, suffixOf(reach), ['auditContext']);
	const log = suffix === undefined ? undefined : textOf(suffix, 'auditContext');
	if (log === undefined) return undefined;
	return (await readEntry(reach, log, ['1.1'])) === undefined ? undefined : log;
}

/** The record of a deletion has the stamp of the deletion as its own. */
async function* deleted(reach: Reach, object: string, stretch: Stretch): AsyncGenerator<ChangeKey[]> {
	const log = await accessLogOf(reach);
	if (log === undefined) return;
	const search = {
		base: log,
		scope: 'one' as const,
		filter: {
			and: [
				{ is: 'objectClass', value: 'auditDelete' },
				{ is: 'reqResult', value: '0' },
				...edges('entryCSN', stretch),
			],
		},
		attributes: ['reqDN', 'reqEntryUUID', 'reqOld', 'reqStart', 'entryCSN'],
	};
	for await (const entries of searchAll(reach, search)) {
		yield entries.flatMap((entry) => {
			const [id, order] = [textOf(entry, 'reqEntryUUID'), textOf(entry, 'entryCSN')];
			if (id === undefined || order === undefined || !wasObject(entry, object)) return [];
			if (!isUnder(textOf(entry, 'reqDN') ?? '', reach.profile.baseDn)) return [];
			return [{ id: id.toLowerCase(), order, deletedBy: entry }];
		});
	}
}

const CLASSES: Readonly<Record<string, string[]>> = {
	user: ['person', 'inetorgperson', 'posixaccount'],
	group: ['groupofnames', 'groupofuniquenames', 'posixgroup'],
};

/** What was deleted shows only where old values are logged (`logold`): else nobody knows whether it was a user. */
function wasObject(entry: Entry, object: string): boolean {
	const classes = textsOf(entry, 'reqOld').flatMap(
		(line) => /^objectClass: (.+)$/i.exec(line)?.[1]?.toLowerCase() ?? [],
	);
	return (CLASSES[object] ?? [object.toLowerCase()]).some((name) => classes.includes(name));
}
