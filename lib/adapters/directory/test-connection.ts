import type { EntityBinding, TestResult } from '../adapter';
import { accessLogOf, contextPoints } from './csn-feed';
import { checkBound, type Directory, type Reach } from './directory';
import { textOf } from './entry';
import { DEFAULT_LOOKBACK_SECONDS } from './limits';
import { ofObject } from './profile';
import { ResultError } from './result';
import { readEntry, searchAll } from './search';
import { deletedObjects, SHOW_DELETED } from './usn-feed';

/** Counting ends here: who has more knows that they are seen. */
const COUNTED = 1_000;

/**
 * Logs in, says what server it is, where it looks and how much it sees, and what would hinder polling.
 * @throws CrosslinkError for a refused login, or a base that is not there
 */
export async function testConnection(directory: Directory, bindings: EntityBinding[]): Promise<TestResult> {
	const { shown, identity } = directory.connection;
	return await directory.work('answer a test', async (reach) => {
		const who = await checkBound(reach);
		const { profile } = reach;
		const base = await readEntry(reach, profile.baseDn, ['1.1']);
		const objects = [...new Set(['user', 'group', ...bindings.map(({ object }) => object)])];
		const seen: string[] = [];
		for (const object of objects) seen.push(`${await count(reach, object)} of ${object}`);
		const name = identity === 'certificate' ? 'the client certificate' : identity.dn;
		const notes = [
			...(base === undefined ? [`The entry ${profile.baseDn} itself is not there, or hidden.`] : []),
			...(profile.kind === 'ad' ? await activeDirectoryNotes(reach, directory) : await ldapNotes(reach)),
		];
		return {
			accountId: `${shown}/${profile.baseDn}`,
			message: [
				`Connected to ${profile.product} at ${shown} as ${who === '' ? name : `${name} (${who})`}.`,
				`Visible under ${profile.baseDn}: ${seen.join(', ')}.`,
				...notes,
			].join(' '),
		};
	});
}

async function count(reach: Reach, object: string): Promise<string> {
	let found = 0;
	const search = {
		base: reach.profile.baseDn,
		scope: 'sub' as const,
		filter: ofObject(reach.profile, object),
		attributes: ['1.1'],
	};
	for await (const entries of searchAll(reach, search)) {
		found += entries.length;
		if (found >= COUNTED) return `${COUNTED} or more`;
	}
	return String(found);
}

async function activeDirectoryNotes(reach: Reach, { connection }: Directory): Promise<string[]> {
	const name = textOf(reach.profile.root, 'dnsHostName') ?? '';
	const deleted = await seesDeleted(reach);
	const service = textOf(reach.profile.root, 'dsServiceName') ?? '';
	const position = await readEntry(reach, service, ['invocationId']);
	return [
		...(position?.attributes.has('invocationid') === true
			? []
			: [`Polling cannot work: the bind user may not read invocationId of ${service}.`]),
		...(deleted
			? []
			: [
					'No deleted objects are visible: unless nothing was deleted yet, deletions will not be told (see docs/directory.md).',
				]),
		...(/[a-z]/i.test(connection.host) && name !== '' && connection.host.toLowerCase() !== name.toLowerCase()
			? [
					`The host is not the domain controller’s own name (${name}): if another one answers next time, a poll reads all again.`,
				]
			: []),
	];
}

/** The container alone proves nothing: a user without the right sees it empty. */
async function seesDeleted(reach: Reach): Promise<boolean> {
	try {
		const { entries } = await reach.session.search({
			base: deletedObjects(reach),
			scope: 'one',
			filter: { is: 'isDeleted', value: 'TRUE' },
			attributes: ['1.1'],
			controls: [new reach.session.codec.Control(SHOW_DELETED, { critical: true })],
			page: { size: 1 },
		});
		return entries.length > 0;
	} catch (thrown) {
		if (thrown instanceof ResultError) return false;
		throw thrown;
	}
}

async function ldapNotes(reach: Reach): Promise<string[]> {
	const { profile } = reach;
	const notes: string[] = [];
	if (!profile.pages) notes.push('The server gives no pages: more entries than its size limit cannot be read.');
	if (profile.kind !== 'openldap' || Object.keys(await contextPoints(reach)).length === 0) {
		notes.push(
			`The server does not tell how far it has written (no contextCSN): polls look back ${DEFAULT_LOOKBACK_SECONDS} s and search for the newest change.`,
		);
	}
	if ((await accessLogOf(reach)) === undefined) {
		notes.push('Deletions are not told: there is no accesslog that the bind user may read (see docs/directory.md).');
	}
	return notes;
}
