import fc from 'fast-check';
import type { LinkTable } from '../../lib/store/store';
import { describeOnBothStores } from './both-stores';

/** Few ids, so that tenants meet all the time. */
const tenant = fc.constantFrom('a', 'b', 'A', "a' OR '1'='1", 'ä');
const id = fc.constantFrom('1', '2', '3');
const ids = fc.uniqueArray(id, { minLength: 1 });
const pairs = fc.array(fc.record({ localId: id, externalId: id }), { minLength: 1, maxLength: 3 });

const step = fc.oneof(
	fc.record({ verb: fc.constant('claim' as const), tenant, ids }),
	fc.record({ verb: fc.constant('settle' as const), tenant, pairs, alias: id, deleted: fc.boolean() }),
	fc.record({ verb: fc.constant('release' as const), tenant, ids }),
	fc.record({ verb: fc.constant('upsert' as const), tenant, pairs }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function apply(links: LinkTable, one: Step): Promise<void> {
	switch (one.verb) {
		case 'claim':
			await links.claim(one.tenant, one.ids, { owner: 'run', seconds: 60 });
			break;
		case 'settle':
			await links.claim(
				one.tenant,
				one.pairs.map((pair) => pair.localId),
				{ owner: 'run', seconds: 60 },
			);
			await links.settle(
				one.tenant,
				'run',
				one.pairs.map((pair) => ({ ...pair, syncStatus: one.deleted ? 'deleted' : 'synced', aliases: [one.alias] })),
			);
			break;
		case 'release':
			await links.release(one.tenant, 'run', one.ids);
			break;
		case 'upsert':
			await links.upsert(one.tenant, one.pairs);
			break;
	}
}

/** All that a tenant can see of its links. */
async function viewOf(links: LinkTable, who: string): Promise<unknown> {
	const page = await links.page(who, { limit: 100 });
	const byExternalId = await links.findByExternalIds(who, ['1', '2', '3']);
	return {
		page: page.map((link) => [link.tenant, link.localId, link.externalId, link.syncStatus, link.leaseOwner]),
		byLocalId: (await links.findByLocalIds(who, ['1', '2', '3'])).map((link) => link.localId).sort(),
		byExternalId: [...byExternalId].map(([asked, link]) => [asked, link.tenant, link.localId]).sort(),
		counts: await links.countByStatus(who),
	};
}

describeOnBothStores('tenants', (site) => {
	it('never see or change each other, whatever is done in whatever order', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), tenant, async (steps, watched) => {
				const together = await site.newLinks();
				const alone = await site.newLinks();
				for (const one of steps) await apply(together, one);
				for (const one of steps) if (one.tenant === watched) await apply(alone, one);
				expect(await viewOf(together, watched)).toEqual(await viewOf(alone, watched));
			}),
			{ numRuns: 25 },
		);
	});

	it('keep their settings and events apart', async () => {
		const { configs, inbox } = site.store;
		for (const who of ['a', 'A', "a' OR '1'='1"]) {
			await configs.save({ tenant: who, integration: 'hubspot', credentials: `of ${who}` });
		}
		for (const who of ['a', 'A', "a' OR '1'='1"]) {
			expect((await configs.getMany(who)).map((config) => config.credentials)).toEqual([`of ${who}`]);
			expect((await configs.get(who, 'hubspot'))?.credentials).toBe(`of ${who}`);
			expect(await inbox.count(who, 'hubspot')).toBe(0);
		}
		expect(await configs.get('%', 'hubspot')).toBeUndefined();
	});
});

describeOnBothStores('a link table against a model', (site) => {
	it('has at most one live link per external id after any sequence', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
				const links = await site.newLinks();
				for (const one of steps) await apply(links, { ...one, tenant: 'a' });
				const live = (await links.page('a', { limit: 100 })).filter(
					(link) => link.syncStatus !== 'deleted' && link.externalId !== null,
				);
				expect(new Set(live.map((link) => link.externalId)).size).toBe(live.length);
				const found = await links.findByExternalIds('a', ['1', '2', '3']);
				for (const link of live) expect(found.get(link.externalId ?? '')?.localId).toBe(link.localId);
			}),
			{ numRuns: 25 },
		);
	});
});
