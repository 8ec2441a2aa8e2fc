import { createHash } from 'node:crypto';
import { MIGRATIONS } from '../../lib/store/migrations';
import { describeOnBothStores } from './both-stores';
import { makeOldStore } from './old-stores';
import { shapeOf } from './shape';

/**
 * What each migration has left behind when it was released: hashes of all columns and indexes. A released migration never
 * changes, because sites have run it: put what is missing into a further one, and add that one's line here.
 */
const RELEASED: Readonly<Record<'postgres' | 'sqlite', readonly string[]>> = {
	postgres: [
		'007948f7dc2b4096',
		'7f85ceb3a0cdb60f',
		'23b5abd89856f89c',
		'e8b26506edf6f300',
		'5ce3240d26d418e5',
		'ecadf6ba01cd4738',
		'56027f00ff032cf4',
		'acbbe4af8fe1f627',
		'8e2ca0131ce33dce',
	],
	sqlite: [
		'95881e679e297222',
		'a599042da2dc4ef0',
		'efe00488f02f7b73',
		'5f3e7a209d62f84d',
		'a86bb642cca4b984',
		'9a5366b46476a5b2',
		'41be88a7d58accd2',
		'1aeb2f57cb037806',
		'907c23b5ed77698b',
	],
};

describeOnBothStores('a released migration', (site) => {
	it.each(MIGRATIONS.map((migration, index) => [migration.name, index] as const))(
		'%s makes what it has always made',
		async (_name, index) => {
			const location = await site.newLocation();
			await makeOldStore(location, index + 1, async () => {});
			const shape = await shapeOf(site, location);
			expect(createHash('sha256').update(shape.join('\n')).digest('hex').slice(0, 16)).toBe(RELEASED[site.kind][index]);
		},
	);
});
