import { until } from '../until';
import { startChild } from './child';
import { startSite, type Site } from './site';

const ORDERS = 20;

describe.each(['sqlite', 'postgres'] as const)('what is taken back after a kill -9 (%s)', (kind) => {
	let site: Site;
	beforeAll(async () => {
		site = await startSite(kind);
		setAll({ name: 'at first', salesNotes: 'at first' });
		await finish();
	});
	afterAll(async () => {
		await site.stop();
	});

	const setAll = (fields: Record<string, string>): void => {
		for (let id = 1; id <= ORDERS; id++) site.orders.set(String(id), fields);
	};
	const finish = async (): Promise<void> => {
		await startChild('sync-orders', [site.argument, 'finish']).done();
	};
	const there = (property: string): string[] => [
		...new Set(site.hubspot.account.list('deals').map(({ properties }) => String(properties[property]))),
	];
	const here = (field: string): unknown[] => [...new Set(site.orders.all().map(({ fields }) => fields[field]))];
	const editAllThere = (properties: Record<string, string>): void => {
		for (const { id } of site.hubspot.account.list('deals')) site.hubspot.account.edit('deals', id, properties);
	};
	const links = async () => await site.store.links('hubspot', 'order').page('default', { limit: 2 * ORDERS });

	it('here, between the other side’s work and our commit, is taken back there', async () => {
		const match = { pathIncludes: '/batch/up' };
		// The work is done and its answer lost; the call made again for it is never answered.
		site.hubspot.faults.add({ kind: 'lostAnswer', match }, { kind: 'hang', times: Infinity, match });
		setAll({ name: 'sent' });
		const child = startChild('sync-orders', [site.argument]);
		await until(() => there('dealname').join() === 'sent', 'the other side to have done its work');
		await child.kill();
		expect((await links()).every(({ leaseOwner }) => leaseOwner !== null)).toBe(true);
		site.hubspot.faults.clear();
		setAll({ name: 'at first' });
		await finish();
		expect(there('dealname')).toEqual(['at first']);
		expect(
			(await links()).filter(({ inDoubt, sent, syncStatus }) => inDoubt || sent || syncStatus !== 'synced'),
		).toEqual([]);
		const calls = site.hubspot.calls.list().length;
		const again = startChild('push-all', [site.argument, '0']);
		await again.said('ready');
		again.process.stdin?.write('go\n');
		await again.done();
		expect(site.hubspot.calls.list()).toHaveLength(calls);
	});

	it('there, between writing a patch here and confirming it, is taken back here', async () => {
		editAllThere({ description: 'theirs' });
		const child = startChild('sync-orders', [site.argument, 'unconfirmed']);
		await child.said('patched');
		await child.kill();
		expect(here('salesNotes')).toEqual(['theirs']);
		editAllThere({ description: 'at first' });
		await finish();
		expect([here('salesNotes'), there('description')]).toEqual([['at first'], ['at first']]);
		expect((await links()).filter(({ handed }) => handed !== null)).toEqual([]);
	});
});
