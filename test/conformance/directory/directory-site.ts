import { Client } from 'ldapts';
import type { Adapter, ChangePage, Cursor, EntityBinding, ExternalRecord, Fields } from '../../../lib/adapters/adapter';
import { directory } from '../../../lib/adapters/directory';
import { CrosslinkError } from '../../../lib/errors';

/** Pages after which something is plainly wrong. */
const TOO_MANY_PAGES = 1_000;

/** An adapter over these connection values. */
export function adapterOf(connection: Record<string, string>, signal?: AbortSignal): Adapter {
	const transport = { calls: 0, request: () => Promise.reject(new Error('a directory is not asked over HTTP')) };
	return directory.create({ connection, transport, ...(signal !== undefined && { signal }) });
}

/** The library's own client, beside the adapter, as an administrator. */
export async function adminOf(url: string, dn: string, password: string): Promise<Client> {
	const client = new Client({ url });
	await client.bind(dn, password);
	return client;
}

export function bindingOf(entity: 'user' | 'group', more: Partial<EntityBinding> = {}): EntityBinding {
	const defaults = directory.entities.find((one) => one.entity === entity);
	if (defaults === undefined) throw new Error(`no entity ${entity}`);
	return { ...defaults, keyField: directory.keyField, onCreate: {}, onDelete: 'ignore', ...more };
}

export async function changes(
	adapter: Adapter,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[] = ['cn'],
): Promise<ChangePage> {
	if (!adapter.changesSince) throw new Error('the adapter follows no changes');
	return await adapter.changesSince(binding, cursor, fields);
}

/** All pages of one poll; the position goes through JSON between them, as the store keeps it. */
export async function poll(
	adapter: Adapter,
	binding: EntityBinding,
	from: Cursor | 'beginning',
	fields: string[] = ['cn'],
): Promise<{ records: ExternalRecord[]; cursor: Cursor; pages: number }> {
	const records: ExternalRecord[] = [];
	let cursor = from;
	for (let pages = 1; pages <= TOO_MANY_PAGES; pages++) {
		const page = await changes(adapter, binding, cursor, fields);
		expect(JSON.stringify(page.cursor).length).toBeLessThan(500);
		records.push(...page.records);
		cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
		if (!page.more) return { records, cursor, pages };
	}
	throw new Error('the pages do not end');
}

export async function ask(adapter: Adapter, query: string, parameters: Fields): Promise<Fields[]> {
	if (!adapter.query) throw new Error('the adapter answers no queries');
	return (await adapter.query({ query, parameters })).rows;
}

export const namesOf = (records: ExternalRecord[]): unknown[] => records.map(({ fields }) => fields['cn']);

export async function failureOf(promise: Promise<unknown>): Promise<CrosslinkError> {
	const thrown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (thrown instanceof CrosslinkError) return thrown;
	throw new Error(`expected a CrosslinkError, got ${String(thrown)}`);
}

/** All text an error could ever be logged with. */
export function everythingIn(error: unknown): string {
	const parts: string[] = [];
	for (let next = error; next instanceof Error; next = next.cause) {
		parts.push(String(next.stack), JSON.stringify(next, Object.getOwnPropertyNames(next)));
	}
	return parts.join('\n');
}
