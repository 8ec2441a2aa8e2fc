import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';

import { buildProblem } from '../../../quickstart/build-problem';
import { requireSpace } from '../../../quickstart/disk-space';
import { requireNode } from '../../../quickstart/node-version';
import { npmCommand } from '../../../quickstart/npm-command';
import { preferPort, requirePort } from '../../../quickstart/ports';
import { codeOf, explain, Problem } from '../../../quickstart/problem';
import { parseStartOptions } from '../../../quickstart/start-options';

describe('build', () => {
	it('shows the first compiler errors and where the rest is', () => {
		const errors = Array.from({ length: 7 }, (_, index) => `lib/x.ts(${index},1): error TS2307: Cannot find './y'.`);
		const problem = buildProblem(['[08:44:06] Finished', ...errors].join('\n'), '/tmp/build.log');
		expect(problem.message).toBe(
			'The build of the pack failed: 7 compiler errors. Correct the source and start again; all of it: /tmp/build.log',
		);
		expect(problem.details).toEqual(errors.slice(0, 5));
	});

	it('falls back to whatever looks like an error', () => {
		expect(buildProblem('\x1b[31mError: no gulpfile\x1b[0m', 'l').details).toEqual(['Error: no gulpfile']);
	});
});

describe('ports', () => {
	it('names the port in use and a command that works', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		const refused = requirePort(port, 'n8n');
		await expect(refused).rejects.toThrow(Problem);
		await expect(refused).rejects.toThrow(`Port ${port} on 127.0.0.1, wanted for n8n, is in use.`);
		await expect(refused).rejects.toThrow(/npm start -- --port \d+$/);
		expect(await preferPort(port)).not.toBe(port);
		await new Promise((resolve) => server.close(resolve));
		expect(await requirePort(port, 'n8n')).toBe(port);
	});
});

describe('disk', () => {
	it('is checked beforehand', async () => {
		const folder = await mkdtemp(`${tmpdir()}/crosslink-unit-`);
		await expect(requireSpace(folder, 1, 'n8n')).resolves.toBeUndefined();
		await expect(requireSpace(folder, 2 ** 60, 'n8n')).rejects.toThrow(
			/^n8n needs 1073741824\.0 GB in .+ free\. Free some/,
		);
		await rm(folder, { recursive: true });
	});
});

describe('Node', () => {
	it('must be 24 or newer', () => {
		expect(() => requireNode('24.0.0')).not.toThrow();
		expect(() => requireNode('20.20.2')).toThrow('This runs on Node 20.20.2, but needs Node 24. Run "npm ci"');
	});

	it('that runs us runs npm too', () => {
		const npm = '/usr/lib/node_modules/npm/bin/npm-cli.js';
		expect(npmCommand({ npm_execpath: npm }, '/n/node', 'linux')).toEqual({ command: '/n/node', first: [npm] });
		expect(npmCommand({}, '/n/node', 'linux')).toEqual({ command: 'npm', first: [] });
		expect(npmCommand({ npm_execpath: '/usr/lib/yarn.js' }, '/n/node', 'win32')).toEqual({
			command: 'npm.cmd',
			first: [],
		});
	});
});

describe('options', () => {
	it('are few', () => {
		expect(parseStartOptions([])).toEqual({ once: false, port: 5678, help: false });
		expect(parseStartOptions(['--once', '--port', '0'])).toEqual({ once: true, port: 0, help: false });
	});

	it.each([['--port=abc'], ['--port=70000'], ['--port=-1'], ['--ones'], ['now']])(
		'refuse %s with the remedy',
		(argument) => {
			expect(() => parseStartOptions([argument])).toThrow(Problem);
		},
	);
});

describe('anything thrown', () => {
	it('becomes a problem with a remedy', () => {
		const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
		expect(explain(full).message).toMatch(/^The disk is full\. Free some space/);
		const denied = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), { code: 'EACCES' });
		expect(explain(denied).message).toContain("mkdir '/x'");
		expect(explain('odd').message).toContain('unforeseen happened: odd');
		const known = new Problem('a', 'b');
		expect(explain(known)).toBe(known);
	});

	it('is asked for the code it carries, also in its cause', () => {
		expect(codeOf(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }))).toBe(
			'ECONNREFUSED',
		);
		expect(codeOf(null)).toBe('');
	});
});
