import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { integrations } from '../../lib/adapters/registry';

const ROOT = path.resolve(__dirname, '../..');
/** Packages that other integrations, or another store, need. */
const OF_OTHERS = ['ldapts', 'pg', 'pg-copy-streams', 'standardwebhooks', 'mysql2', 'mariadb', 'soap', 'nodemailer'];

interface Told {
	loaded: { adapters: string[]; packages: string[] };
	tables: string[];
	outcomes: string[];
	views: number;
	later: Told['loaded'];
}

it('whoever uses HubSpot alone loads no other adapter, none of their packages, and has no table of theirs', async () => {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		['--import', 'tsx', path.join(__dirname, 'children/hubspot-alone.ts')],
		{ cwd: ROOT, env: { ...process.env, N8N_LOG_LEVEL: 'silent' } },
	);
	const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Told;
	expect(told.outcomes.slice(0, 2)).toEqual(['created', 'created']);
	expect(told.views).toBe(1);

	const folders = readdirSync(path.join(ROOT, 'dist/lib/adapters'), { withFileTypes: true });
	expect(folders.filter((one) => one.isDirectory()).length).toBeGreaterThanOrEqual(integrations.length);
	expect(told.loaded.adapters).toEqual(['hubspot']);
	expect(told.loaded.packages).toContain('@hubspot/api-client');
	expect(told.loaded.packages.filter((name) => OF_OTHERS.includes(name))).toEqual([]);
	expect(told.tables.filter((name) => name.endsWith('_link')).sort()).toEqual([
		'hubspot_company_link',
		'hubspot_contact_link',
		'hubspot_order_link',
	]);
	expect(told.later.adapters.sort()).toEqual(['database', 'hubspot']);
}, 120_000);
