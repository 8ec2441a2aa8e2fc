import type { Cursor, ExternalRecord } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import { promised, type PromiseTests } from '../kit';
import { newRecords, power, write } from '../records';

/** More than any system's page. */
const MANY = 450;
/** Further back than any overlap or delay reaches. */
const LONG_AGO = 3_600_000;
/** Pages after which something is plainly wrong. */
const TOO_MANY_PAGES = 50;

export const changePromises: PromiseTests = ({ promises }, harness) => {
	/** Longer than changes can stay hidden. */
	const settled = promises.indexingDelayMs + 1_000;

	describe('polling', () => {
		it('starts with "from now on", in a small cursor of plain JSON', async () => {
			const kit = harness();
			await write(kit, newRecords(kit, 1));
			kit.advance(600_000);
			const page = await power(kit.connect(), 'changesSince')(kit.binding, 'now', [kit.textField]);
			expect(page).toMatchObject({ records: [], more: false });
			expect(JSON.parse(JSON.stringify(page.cursor))).toEqual(page.cursor);
			expect(JSON.stringify(page.cursor).length).toBeLessThan(500);
			kit.advance(settled);
			expect((await drain(kit, page.cursor)).records).toEqual([]);
		});

		it('starts "from the beginning" with every record there is, each once, however long ago it was changed', async () => {
			const kit = harness();
			const made = await write(kit, newRecords(kit, MANY));
			kit.advance(LONG_AGO);
			const { records, cursor, pages } = await drain(kit, 'beginning');
			const seen = records.map((record) => record.externalId);
			expect(new Set(seen)).toEqual(new Set(made.map((record) => record.externalId)));
			expect(seen).toHaveLength(MANY);
			expect(pages).toBeGreaterThan(1);
			kit.advance(LONG_AGO);
			expect((await drain(kit, cursor)).records).toEqual([]);
		});

		promised(promises.sortedCursor)('shows in a long first load what changes meanwhile', async () => {
			const kit = harness();
			const made = await write(kit, newRecords(kit, MANY));
			kit.advance(settled);
			const first = await power(kit.connect(), 'changesSince')(kit.binding, 'beginning', [kit.textField]);
			expect(first.more).toBe(true);
			// Neither the record that was shown already nor the one that leaves the window may be lost.
			for (const one of [made[0], made.at(-1)])
				await kit.remote.edit(one?.externalId ?? '', { [kit.textField]: 'meanwhile' });
			kit.advance(LONG_AGO);
			const rest = await drain(kit, first.cursor);
			const next = await drain(kit, rest.cursor);
			const edited = [...rest.records, ...next.records].filter(({ fields }) => fields[kit.textField] === 'meanwhile');
			expect(new Set(edited.map(({ externalId }) => externalId))).toEqual(
				new Set([made[0]?.externalId, made.at(-1)?.externalId]),
			);
			const all = [...first.records, ...rest.records, ...next.records].map(({ externalId }) => externalId);
			expect(new Set(all)).toEqual(new Set(made.map(({ externalId }) => externalId)));
		});

		promised(promises.sortedCursor)('loses none of many records changed in the same instant', async () => {
			const kit = harness();
			const { cursor } = await power(kit.connect(), 'changesSince')(kit.binding, 'now', []);
			kit.advance(LONG_AGO);
			const made = await write(kit, newRecords(kit, MANY));
			// Older than any overlap: a cursor promoted before its window is read to the end would lose the rest.
			kit.advance(LONG_AGO);
			const { records, pages } = await drain(kit, cursor);
			const seen = records.map((record) => record.externalId);
			expect(new Set(seen)).toEqual(new Set(made.map((record) => record.externalId)));
			expect(seen).toHaveLength(MANY);
			expect(pages).toBeGreaterThan(1);
		});

		promised(promises.sortedCursor)('loses nothing while the index lags behind', async () => {
			const kit = harness();
			kit.setIndexingDelay(promises.indexingDelayMs - 1);
			let { cursor } = await power(kit.connect(), 'changesSince')(kit.binding, 'now', []);
			const made: string[] = [];
			const seen = new Set<string>();
			for (let round = 0; round < 20; round++) {
				if (round < 12) made.push(...(await write(kit, newRecords(kit, 1, round))).map((record) => record.externalId));
				const page = await drain(kit, cursor);
				for (const record of page.records) seen.add(record.externalId);
				cursor = page.cursor;
				kit.advance(promises.indexingDelayMs / 4);
			}
			expect([...seen].sort()).toEqual([...made].sort());
		});

		promised(promises.sortedCursor)('shows a record again that changed while its page had been read', async () => {
			const kit = harness();
			const { cursor } = await power(kit.connect(), 'changesSince')(kit.binding, 'now', []);
			const made = await write(kit, newRecords(kit, MANY));
			kit.advance(settled);
			const first = await power(kit.connect(), 'changesSince')(kit.binding, cursor, [kit.textField]);
			expect(first.more).toBe(true);
			for (const one of [made[0], made.at(-1)])
				await kit.remote.edit(one?.externalId ?? '', { [kit.textField]: 'meanwhile' });
			kit.advance(settled);
			const rest = await drain(kit, first.cursor);
			kit.advance(settled);
			const next = await drain(kit, rest.cursor);
			const edited = [...rest.records, ...next.records].filter(
				(record) => record.fields[kit.textField] === 'meanwhile',
			);
			expect(new Set(edited.map((record) => record.externalId))).toEqual(
				new Set([made[0]?.externalId, made.at(-1)?.externalId]),
			);
		});

		promised(promises.sortedCursor)('goes on where a crash between pages left it', async () => {
			const kit = harness();
			const { cursor } = await power(kit.connect(), 'changesSince')(kit.binding, 'now', []);
			const made = await write(kit, newRecords(kit, MANY));
			kit.advance(LONG_AGO);
			const first = await power(kit.connect(), 'changesSince')(kit.binding, cursor, []);
			const again = await power(kit.connect(), 'changesSince')(kit.binding, cursor, []);
			expect(again.records.map((record) => record.externalId)).toEqual(
				first.records.map((record) => record.externalId),
			);
			const rest = await drain(kit, JSON.parse(JSON.stringify(first.cursor)) as Cursor);
			const seen = [...first.records, ...rest.records].map((record) => record.externalId);
			expect(new Set(seen)).toEqual(new Set(made.map((record) => record.externalId)));
		});

		it('refuses a cursor that is none of its own', async () => {
			const kit = harness();
			const reading = power(kit.connect(), 'changesSince')(kit.binding, { since: 'yesterday' }, []);
			await expect(reading).rejects.toMatchObject({ class: 'rejected', code: 'cursor_unreadable' });
		});
	});
};

async function drain(
	kit: Harness,
	from: Cursor | 'beginning',
): Promise<{ records: ExternalRecord[]; cursor: Cursor; pages: number }> {
	const records: ExternalRecord[] = [];
	const adapter = kit.connect();
	let cursor: Cursor | 'beginning' = from;
	for (let pages = 1; pages <= TOO_MANY_PAGES; pages++) {
		const page = await power(adapter, 'changesSince')(kit.binding, cursor, [kit.textField]);
		records.push(...page.records);
		cursor = page.cursor;
		if (!page.more) return { records, cursor, pages };
	}
	throw new Error('the pages do not end');
}
