import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

import { cacheFolder } from './cache-folder';
import { HEALTH_LOGIN } from './credentials';
import { requireSpace } from './disk-space';
import { n8nApi } from './n8n-api';
import { installN8n, N8N_VERSION } from './n8n-install';
import { startN8n } from './n8n-process';
import { buildPack } from './pack-build';
import { installPack } from './pack-install';
import { requirePort } from './ports';
import { startPostgres } from './postgres';
import { Problem } from './problem';
import { duration, Progress } from './progress';
import type { Run } from './replicate';
import { editInHubSpot, executionRows, repeat, replicate } from './replicate';
import type { Row } from './report';
import { isRight, reportTable } from './report';
import { startSandboxes } from './sandboxes';
import { OWNER, setUp } from './set-up';
import type { Shutdown } from './shutdown';
import type { StartOptions } from './start-options';

const ROOT = join(__dirname, '..');
const STEPS = 9;
/** PostgreSQL, n8n's user folder and the pack with its dependencies, for one start. */
const RUN_FOLDER_BYTES = 0.4 * 1024 ** 3;

/** Starts everything, replicates once, and reports; returns the exit code. */
export async function start({ once: stopAfter, port: wanted }: StartOptions, shutdown: Shutdown): Promise<number> {
	const { signal } = shutdown;
	const startedAt = Date.now();
	const port = await requirePort(wanted, 'n8n');
	const cacheRoot = cacheFolder();
	await mkdir(cacheRoot, { recursive: true });
	const progress = new Progress(STEPS);
	shutdown.add(async () => await Promise.resolve(signal.aborted && progress.breakLine()));

	const folder = await mkdtemp(join(tmpdir(), 'crosslink-'));
	let keep = false;
	shutdown.add(async () => {
		if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	await requireSpace(folder, RUN_FOLDER_BYTES, 'One start');
	const userFolder = join(folder, 'n8n-user');
	const logFile = join(folder, 'n8n.log');
	await mkdir(userFolder);

	await progress.step('Crosslink', async (say) => {
		say('building…');
		await buildPack({ root: ROOT, cacheRoot, signal });
		return ['built', undefined];
	});
	const n8nFolder = await progress.step(`n8n ${N8N_VERSION}`, async (say) => {
		const { folder: at, downloaded } = await installN8n({ cacheRoot, signal, say });
		return [downloaded ? `downloaded into ${at}` : `in ${at}`, at];
	});
	await progress.step('Crosslink in n8n', async (say) => {
		say('installing as a community package…');
		const pack = await installPack({ root: ROOT, userFolder, cacheRoot, signal });
		return [`${pack.name} ${pack.version} installed${pack.downloaded ? ', dependencies downloaded' : ''}`, undefined];
	});
	const sandboxes = await progress.step('Sandbox', async () => {
		const started = await startSandboxes();
		shutdown.add(started.stop);
		return [`Tracker ${started.tracker.url}, HubSpot stand-in ${started.hubspot.url}`, started];
	});
	const database = await progress.step('PostgreSQL for n8n', async () => {
		const started = await startPostgres({ logFile: join(folder, 'postgres.log'), signal });
		shutdown.add(started.stop);
		return [`on port ${started.port}`, started];
	});
	try {
		const n8n = await progress.step('n8n', async (say) => {
			say('starting…');
			const started = await startN8n({ n8nFolder, userFolder, port, database, logFile, signal });
			shutdown.add(started.stop);
			void started.exited.then(() => {
				if (!signal.aborted && !stopAfter)
					console.error(`\nn8n has ended by itself; its log: ${logFile}. Ctrl-C, then start again.`);
			});
			return [started.url, started];
		});
		const api = n8nApi(n8n.url);
		const { workflows, toHubSpot } = await progress.step('Set-up', async (say) => {
			const done = await setUp({ api, sandboxes, templates: join(ROOT, 'workflows-templates'), signal, say });
			return [`owner, credentials, ${done.workflows.size} workflows`, done];
		});
		const rows: Row[] = [];
		const run = (say: Run['say']): Run => ({ api, toHubSpot, sandboxes, signal, say });
		await progress.step('Replication', async (say) => {
			rows.push(...(await replicate(run(say))));
			return ['companies and orders', undefined];
		});
		await progress.step('Back and again', async (say) => {
			rows.push(...(await editInHubSpot(run(say))), ...(await repeat(run(say))), ...(await executionRows(run(say))));
			return ['an edit in HubSpot, then a repeat', undefined];
		});

		const wrong = rows.filter((row) => !isRight(row));
		console.log(`\n${reportTable(rows)}\n`);
		if (wrong.length > 0) {
			keep = true;
			const names = wrong.map(({ what, expected, seen }) => `${what}: expected ${expected}, seen ${seen}`);
			console.error(`${wrong.length} of ${rows.length} are not right; n8n's log: ${logFile}\n  ${names.join('\n  ')}`);
		} else {
			console.log(`All ${rows.length} are right, ${duration(Date.now() - startedAt)} after the start.`);
		}
		if (stopAfter) return wrong.length > 0 ? 1 : 0;
		console.log(whereToLook(n8n.url, sandboxes.tracker.url, sandboxes.hubspot.url, logFile, workflows.size));
		if (!signal.aborted) await once(signal, 'abort');
		console.log('\nStopping…');
		return 0;
	} catch (error) {
		// Whoever is told to look into the log must find it.
		keep = !signal.aborted;
		throw error instanceof Problem && !error.remedy.includes(logFile)
			? new Problem(error.what, error.remedy, [...error.details, `n8n's log: ${logFile}`])
			: error;
	}
}

function whereToLook(n8n: string, tracker: string, hubspot: string, logFile: string, workflows: number): string {
	return [
		`n8n      ${n8n}  (log in as ${OWNER.email} with ${OWNER.password}; ${workflows} workflows)`,
		`Tracker  ${tracker}  (both sides side by side: change something and watch)`,
		`HubSpot  ${hubspot}  (the stand-in)`,
		`Health   ${n8n}/webhook/crosslink-health  (log in as ${HEALTH_LOGIN.user} with ${HEALTH_LOGIN.password})`,
		`Log      ${logFile}`,
		'Stop     Ctrl-C',
	].join('\n');
}
