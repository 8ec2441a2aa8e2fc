import { acquireStore, closeAllStores } from '../../lib/store/open';
import { startPostgres } from '../servers/postgres';

describe('the PostgreSQL that comes from npm', () => {
	it('starts without anything installed on the system, and holds a store', async () => {
		const server = await startPostgres({ packaged: true });
		try {
			const location = await server.createDatabase();
			const { store } = await acquireStore(location);
			await store.createLinkTables('crm', [{ entity: 'order', columns: [] }]);
			const links = store.links('crm', 'order');
			await links.upsert('t', [{ localId: 'ä', externalId: '1' }]);
			expect((await links.findByExternalIds('t', ['1'])).get('1')?.localId).toBe('ä');
		} finally {
			await closeAllStores();
			await server.stop();
		}
	});
});
