import { NpmProgress } from '../../../quickstart/npm-progress';
import { duration, Progress } from '../../../quickstart/progress';
import { isRight, reportTable } from '../../../quickstart/report';

function recorder(isTTY: boolean, columns?: number) {
	const written: string[] = [];
	return { written, isTTY, columns, write: (text: string) => void written.push(text) };
}

it('tells durations as people do', () => {
	expect([400, 45_000, 130_000, 3_600_000].map(duration)).toEqual(['0 s', '45 s', '2 min 10 s', '60 min 0 s']);
});

describe('in a log', () => {
	it('says each step once at its end, and on the way only now and then', async () => {
		const terminal = recorder(false);
		let now = 1_000;
		const progress = new Progress(2, terminal, () => now);
		const value = await progress.step('n8n 2.41.1', async (say) => {
			for (let second = 0; second < 40; second++) {
				now += 1_000;
				say(`downloading, ${second} packages`);
			}
			return await Promise.resolve(['downloaded', 7]);
		});
		await progress.step('Sandbox', async () => await Promise.resolve(['up', undefined]));
		expect(value).toBe(7);
		expect(terminal.written).toEqual([
			'[1/2] n8n 2.41.1: downloading, 14 packages\n',
			'[1/2] n8n 2.41.1: downloading, 29 packages\n',
			'[1/2] n8n 2.41.1: downloaded (40 s)\n',
			'[2/2] Sandbox: up (0 s)\n',
		]);
	});
});

describe('in a terminal', () => {
	it('rewrites its line and never lets it wrap', async () => {
		const terminal = recorder(true, 30);
		await new Progress(1, terminal, () => 1_000).step('n8n', async (say) => {
			say('x'.repeat(60));
			return await Promise.resolve(['done', undefined]);
		});
		const lines = terminal.written.map((text) => text.replace('\r\x1b[K', ''));
		expect(lines.slice(0, -1).every((line) => line.length < 30 && !line.includes('\n'))).toBe(true);
		expect(lines.at(-1)).toBe('[1/1] n8n: done (0 s)\n');
	});
});

it('shows what was expected and seen, and what is not right', () => {
	const rows = [
		{ what: 'companies', expected: 8, seen: 8 },
		{ what: 'stage', expected: 'won', seen: 'lost' },
	];
	expect(rows.map(isRight)).toEqual([true, false]);
	const lines = reportTable(rows, false).split('\n');
	expect(lines.find((line) => line.includes('companies'))).toMatch(/8 +│ 8 +│ yes/);
	expect(lines.find((line) => line.includes('stage'))).toMatch(/won +│ lost +│ NO/);
});

it('reads from npm’s log how far a download is', () => {
	const progress = new NpmProgress();
	expect(String(progress)).toBe('asking the npm registry');
	progress.hear('npm warn deprecated x@1\nnpm http fetch GET 200 https://registry.example/n8n 88ms (cache upd');
	expect(String(progress)).toBe('asking the npm registry');
	progress.hear('ated)\nnpm http fetch GET 304 https://registry.example/@n8n%2fconfig 9ms (cache revalidated)\n');
	expect(String(progress)).toBe('looking up what it needs, 2 packages');
	progress.hear('npm http fetch GET 200 https://registry.example/uuid/-/uuid-9.0.1.tgz 12ms (cache miss)\n');
	progress.hear('npm http cache uuid@https://registry.example/uuid/-/uuid-9.0.1.tgz 0ms (cache hit)\n'.repeat(1_203));
	expect(String(progress)).toBe('downloading, 1,204 packages');
});
