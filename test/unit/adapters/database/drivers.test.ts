import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

it('loads a driver when a database of its kind is asked first, and never the other one', async () => {
	const script = `
		const { database } = require('./lib/adapters/database');
		const loaded = () => ['pg', 'mysql2'].filter((name) => Object.keys(require.cache).some((file) => file.includes('/node_modules/' + name + '/')));
		const ask = async (type) => {
			const connection = { type, host: '127.0.0.1', port: '1', database: 'd', user: 'u', sslMode: 'disable' };
			const signal = AbortSignal.timeout(1500);
			await database.create({ connection, transport: { calls: 0 }, signal }).test().catch(() => undefined);
			return loaded();
		};
		(async () => process.stdout.write(JSON.stringify([loaded(), await ask('mysql'), await ask('postgresql')])))();`;
	const { stdout } = await run(process.execPath, ['--import', 'tsx', '-e', script], {
		cwd: path.resolve(__dirname, '../../../..'),
		timeout: 50_000,
	});
	expect(JSON.parse(stdout)).toEqual([[], ['mysql2'], ['pg', 'mysql2']]);
}, 60_000);
