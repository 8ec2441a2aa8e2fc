import type { Reach } from './directory';
import { bytesOf, textOf, type Entry } from './entry';
import type { ChangeKey, Feed, Mark, Stretch } from './feed';
import type { Condition } from './filter';
import { guidToText } from './guid';
import { isUnder } from './dn';
import { ofObject, readRoot } from './profile';
import { idOf } from './records';
import { CODES, ResultError } from './result';
import { readEntry, searchAll } from './search';
import { dateToGeneralized, generalizedToIso } from './times';
import { CrosslinkError } from '../../errors';

/** Shows what lies among the deleted objects; critical, else a server without it would answer "nothing deleted". */
export const SHOW_DELETED = '1.2.840.113556.1.4.417';
/** Clocks of two domain controllers differ, and a deletion travels. */
const DELETION_OVERLAP_MS = 24 * 3_600_000;

/**
 * Changes in Active Directory, by uSNChanged: a number that one domain controller counts up with each write to it. It means
 * nothing on another one, nor on the same one after it was restored, which shows in its invocation id.
 * https://learn.microsoft.com/windows/win32/ad/polling-for-changes-using-usnchanged
 */
export function usnFeed(reach: Reach, object: string): Feed {
	return {
		mark: async () => await mark(reach),
		lowest: (since, to) => {
			const [from, end] = [since[''], to['']];
			if (from !== undefined && end !== undefined && BigInt(end) <= BigInt(from)) return undefined;
			return { low: from === undefined ? undefined : String(BigInt(from) + 1n) };
		},
		highest: (to) => to[''],
		keys: async function* (stretch) {
			yield* live(reach, object, stretch);
			if (stretch.deletions !== 'none') yield* deleted(reach, object, stretch);
		},
	};
}

/** Read before anything is listed: what is written from here on belongs to the next window. */
async function mark(reach: Reach): Promise<Mark> {
	const root = await readRoot(reach.session);
	const settings = textOf(root, 'dsServiceName') ?? '';
	const service = await readEntry(reach, settings, ['invocationId']);
	const invocation = service === undefined ? undefined : bytesOf(service, 'invocationId');
	const usn = textOf(root, 'highestCommittedUSN');
	if (usn === undefined || invocation?.length !== 16) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'position_hidden',
			message: 'The domain controller does not say how far it has written, or who it is.',
			remedy: `Let the bind user read ${settings === '' ? 'the root entry' : settings}; every user of the domain may by default.`,
		});
	}
	const time = generalizedToIso(textOf(root, 'currentTime') ?? '');
	return {
		server: `${textOf(root, 'dnsHostName') ?? ''} ${guidToText(invocation)}`,
		points: { '': usn },
		...(time !== undefined && { time }),
	};
}

const within = ({ low, high }: Stretch): Condition[] => [
	...(low === undefined ? [] : [{ atLeast: 'uSNChanged', value: low }]),
	...(high === undefined ? [] : [{ atMost: 'uSNChanged', value: high }]),
];

async function* live(reach: Reach, object: string, stretch: Stretch): AsyncGenerator<ChangeKey[]> {
	const search = {
		base: reach.profile.baseDn,
		scope: 'sub' as const,
		filter: { and: [ofObject(reach.profile, object), ...within(stretch)] },
		attributes: ['objectGUID', 'uSNChanged'],
	};
	for await (const entries of searchAll(reach, search)) yield entries.flatMap((entry) => keyOf(reach, entry) ?? []);
}

async function* deleted(reach: Reach, object: string, stretch: Stretch): AsyncGenerator<ChangeKey[]> {
	const since = typeof stretch.deletions === 'object' ? stretch.deletions.since : undefined;
	const earliest = since === undefined ? undefined : new Date(Date.parse(since) - DELETION_OVERLAP_MS);
	const search = {
		base: deletedObjects(reach),
		scope: 'sub' as const,
		filter: {
			and: [
				{ is: 'isDeleted', value: 'TRUE' },
				...wasObject(object),
				...within(stretch),
				...(earliest === undefined ? [] : [{ atLeast: 'whenChanged', value: dateToGeneralized(earliest) }]),
			],
		},
		attributes: ['objectGUID', 'uSNChanged', 'whenChanged', 'lastKnownParent'],
		controls: [new reach.session.codec.Control(SHOW_DELETED, { critical: true })],
	};
	try {
		for await (const entries of searchAll(reach, search)) {
			yield entries
				.filter((entry) => wasUnder(entry, reach.profile.baseDn))
				.flatMap((entry) => {
					const key = keyOf(reach, entry);
					return key === undefined ? [] : [{ ...key, deletedBy: entry }];
				});
		}
	} catch (thrown) {
		// Hidden from this user: then no deletion is told, which the test of the connection says.
		const hidden =
			thrown instanceof ResultError &&
			[CODES.noSuchObject, CODES.insufficientAccess].some((code) => code === thrown.code);
		if (!hidden) throw thrown;
	}
}

export function deletedObjects({ profile }: Reach): string {
	return `CN=Deleted Objects,${textOf(profile.root, 'defaultNamingContext') ?? profile.baseDn}`;
}

/** A deleted object has lost its category, by which users and computers differ. */
function wasObject(object: string): Condition[] {
	const was: Condition = { is: 'objectClass', value: object };
	return object === 'user' ? [was, { not: { is: 'objectClass', value: 'computer' } }] : [was];
}

/** A parent that was deleted as well has another name now, and tells nothing: better once too often. */
function wasUnder(entry: Entry, base: string): boolean {
	const parent = textOf(entry, 'lastKnownParent');
	return parent === undefined || parent.includes('\\0ADEL:') || isUnder(parent, base);
}

function keyOf({ profile }: Reach, entry: Entry): ChangeKey | undefined {
	const id = idOf(profile, entry);
	const order = textOf(entry, 'uSNChanged');
	return id === undefined || order === undefined ? undefined : { id, order };
}
