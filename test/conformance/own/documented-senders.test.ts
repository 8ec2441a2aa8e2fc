import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { leftOut } from '../../servers/left-out';
import { newSecret } from '../../unit/adapters/own/requests';
import { startWebhookReceiver } from '../../servers/webhook-receiver';
import { adapterWith } from './adapter-with';

const ROOT = path.resolve(__dirname, '../../..');
const [, sending = ''] = readFileSync(path.join(ROOT, 'docs/own-system.md'), 'utf8').split('\n## Sending\n');
const examples = [...sending.matchAll(/```(\w+)\n([^`]*(?:`[^`\n]+`[^`]*)*)```/g)].map(
	([, language = '', text = '']): [string, string] => [language, text],
);

const run = promisify(execFile);
const INTERPRETERS: Record<string, string> = { js: process.execPath, python: 'python3', php: 'php', sh: 'sh' };

let receiver: Awaited<ReturnType<typeof startWebhookReceiver>>;
let folder: string;
beforeEach(async () => {
	receiver = await startWebhookReceiver();
	folder = mkdtempSync(path.join(tmpdir(), 'crosslink-sender-'));
});
afterEach(async () => {
	await receiver.stop();
	rmSync(folder, { recursive: true });
});

it('has a sender for each language', () => {
	expect(examples.map(([language]) => language)).toEqual(Object.keys(INTERPRETERS));
});

/** No server of ours runs in these languages, so a machine without one of them is not at fault. */
function isThere(language: string): boolean {
	const there = spawnSync(INTERPRETERS[language] ?? '', ['-c', '']).error === undefined;
	if (!there) leftOut(`the documented sender in ${language}`, `there is no ${INTERPRETERS[language]}`);
	return there;
}

describe.each(examples)('the documented sender in %s', (language, text) => {
	(isThere(language) ? it : it.skip)('is understood', async () => {
		const secret = newSecret();
		const file = path.join(folder, `sender.${language}`);
		writeFileSync(file, text);
		const env = {
			...process.env,
			...{ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret, NODE_PATH: path.join(ROOT, 'node_modules') },
		};
		await run(INTERPRETERS[language] ?? '', [file], { env, timeout: 30_000 });
		const [request] = receiver.received;
		if (request === undefined) throw new Error('nothing arrived');
		expect(adapterWith(secret).verifyWebhook?.(request)).toEqual({ ok: true });
		expect(adapterWith(newSecret()).verifyWebhook?.(request)).toMatchObject({ ok: false });
		const [event] = adapterWith(secret).parseWebhook?.(request) ?? [];
		expect(event).toMatchObject({ object: 'order', event: 'updated', externalId: '1001' });
		// An unreadable time would be that of the arrival to the millisecond.
		expect(event?.occurredAt).not.toEqual(request.receivedAt);
		expect(Math.abs(Number(event?.occurredAt) - Number(request.receivedAt))).toBeLessThan(30_000);
	});
});
