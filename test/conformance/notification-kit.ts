import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Adapter, AdapterModule } from '../../lib/adapters/adapter';
import { asCrosslinkError, type CrosslinkError } from '../../lib/errors';
import type { NotificationAsked } from '../../lib/notifications/compose';
import { notify } from '../../lib/notifications/notify';
import { referenceOf } from '../../lib/notifications/reference';
import { retryNotifications } from '../../lib/notifications/retry';
import type { NotificationRun } from '../../lib/notifications/run';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { DEFAULT_SETTINGS } from '../../lib/tenants/settings';

/** What the kit needs of a running channel (stand-in or real) and the adapter in front of it. */
export interface Channel {
	module: AdapterModule;
	/** A new adapter over a transport of its own; `refused` = with a credential that the channel does not take. */
	connect(options?: { refused?: boolean }): Adapter;
	/** Values that must be in no error. */
	secrets: string[];
	/** Addressees that the channel takes. */
	to: string[];
	/** What a message that has arrived is called. */
	outcome: 'delivered' | 'accepted';
	/** Whether a lost answer can be looked up. */
	looksUp: boolean;
	/** Messages that have reached people. */
	arrived(): number;
	/** The last of them as it was sent: markup and all. */
	last(): string;
	/** How the channel must show `<b> & *x* [y](z)`, so that it is read as it stands; one of these. */
	shows: string[];
	/** The next message is taken, its answer never arrives. */
	loseNextAnswer(): void;
	/** The next message is refused for good. */
	refuseNext(): void;
	/** The next message is put off: by a pause of one second that the call waits for, or until it is tried again later. */
	throttleNext(): 'waits' | 'triedLater';
	stop(): Promise<void>;
}

const asked = (channel: Channel, more: Partial<NotificationAsked> = {}): NotificationAsked => ({
	event: 'orderShipped',
	eventKey: randomUUID(),
	message: '',
	subject: '',
	values: { number: 'O-7', customer: '<b> & *x* [y](z)' },
	to: channel.to,
	options: {},
	repeat: false,
	...more,
});

/** What every channel to people has to hold, over a real store. */
export function notificationKit(name: string, start: () => Promise<Channel>): void {
	describe(`${name} as a channel`, () => {
		const file = join(tmpdir(), `crosslink-notify-${randomUUID()}.sqlite`);
		let channel: Channel;
		let store: Store;
		const errors: CrosslinkError[] = [];
		beforeAll(async () => {
			channel = await start();
			({ store } = await acquireStore(`sqlite:${file}`));
		});
		afterAll(async () => {
			await channel.stop();
			await closeAllStores();
			for (const ending of ['', '-wal', '-shm']) await rm(`${file}${ending}`, { force: true });
		});

		function run(adapter = channel.connect(), more: Partial<NotificationRun> = {}): NotificationRun {
			return {
				tenant: 'default',
				integration: channel.module.integration,
				module: channel.module,
				adapter,
				log: store.notifications,
				settings: { ...DEFAULT_SETTINGS, retry: { attempts: 3, delaySeconds: 0 } },
				// Nothing is hidden here: what is looked at is what is kept, not how.
				vault: { hasKey: true, seal: (_what, text) => text, open: (_what, text) => text },
				runId: 'kit',
				now: () => new Date(),
				...more,
			};
		}
		async function failing(work: () => Promise<unknown>): Promise<CrosslinkError> {
			const error = await work().then(
				() => {
					throw new Error('it did not fail');
				},
				(thrown: unknown) => asCrosslinkError(thrown),
			);
			errors.push(error);
			return error;
		}

		it('delivers once for an event key, however many run at once', async () => {
			const before = channel.arrived();
			const message = asked(channel);
			const outcomes = await Promise.all(Array.from({ length: 5 }, async () => await notify(run(), message)));
			expect(channel.arrived()).toBe(before + 1);
			expect(outcomes.filter(({ replayed }) => !replayed)).toEqual([
				expect.objectContaining({ outcome: channel.outcome, refused: [], attempts: 1, event: 'orderShipped' }),
			]);
			expect(await notify(run(), message)).toMatchObject({ outcome: channel.outcome, replayed: true });
			expect(channel.arrived()).toBe(before + 1);
			await notify(run(), { ...message, repeat: true });
			expect(channel.arrived()).toBe(before + 2);
		}, 60_000);

		it('shows subject and text, and takes no value for markup', async () => {
			await notify(run(), asked(channel));
			expect(channel.last()).toContain('Order O');
			expect(channel.last()).toContain('has been shipped');
			expect(channel.shows.some((shown) => channel.last().includes(shown))).toBe(true);
		});

		it('says why a message is refused, and sends it when it is asked for again', async () => {
			const before = channel.arrived();
			const message = asked(channel);
			channel.refuseNext();
			const refused = await notify(run(), message);
			expect(refused).toMatchObject({
				outcome: 'failed',
				replayed: false,
				nextAttemptAt: null,
				error: { class: 'rejected' },
			});
			expect(refused.error?.message).not.toBe('');
			expect(refused.error?.remedy).not.toBe('');
			expect(channel.arrived()).toBe(before);
			expect(await notify(run(), message)).toMatchObject({ outcome: channel.outcome, attempts: 2 });
			expect(channel.arrived()).toBe(before + 1);
		});

		it('never sends again what may have gone out', async () => {
			const before = channel.arrived();
			const message = asked(channel);
			channel.loseNextAnswer();
			const lost = await notify(run(), message);
			expect(lost.outcome).toBe(channel.looksUp ? channel.outcome : 'unknown');
			if (!channel.looksUp) expect(lost.error).toMatchObject({ class: 'unknown' });
			expect(await notify(run(), message)).toMatchObject({ outcome: lost.outcome, replayed: true });
			expect(channel.arrived()).toBe(before + 1);
		});

		it('looks for what a run that died may have sent, and sends nothing blindly', async () => {
			const { integration } = channel.module;
			for (const sent of [true, false]) {
				const message = asked(channel);
				const { event, eventKey, to } = message;
				const reference = referenceOf({ tenant: 'default', integration, event, eventKey, to });
				const row = { tenant: 'default', integration, reference, event, eventKey, run: 'dead', message: null };
				await store.notifications.begin(row, { owner: 'dead', seconds: 0 });
				if (sent) {
					const text = { event, to, subject: 's', text: 't', key: reference, options: {} };
					await channel.connect().notify?.(text);
				}
				const before = channel.arrived();
				const outcome = await notify(run(), message);
				expect(outcome.outcome).toBe(sent && channel.looksUp ? channel.outcome : 'unknown');
				expect(channel.arrived()).toBe(before);
			}
		});

		it('sends what the channel has not had for a minute, if it can say so', async () => {
			const message = asked(channel);
			const { event, eventKey, to } = message;
			const { integration } = channel.module;
			const reference = referenceOf({ tenant: 'default', integration, event, eventKey, to });
			const row = { tenant: 'default', integration, reference, event, eventKey, run: 'dead', message: null };
			await store.notifications.begin(row, { owner: 'dead', seconds: 0 });
			// Nobody wants to wait for it: only the time since then is not what it was.
			const later: NotificationRun['log'] = {
				...store.notifications,
				async take(key, version, lease) {
					const taken = await store.notifications.take(key, version, lease);
					return taken && { ...taken, sentMsAgo: taken.sentMsAgo + 60_000 };
				},
			};
			const before = channel.arrived();
			const outcome = await notify(run(channel.connect(), { log: later }), message);
			expect(outcome).toMatchObject(
				channel.looksUp
					? { outcome: channel.outcome, replayed: false, attempts: 2 }
					: { outcome: 'unknown', attempts: 1 },
			);
			expect(channel.arrived()).toBe(before + (channel.looksUp ? 1 : 0));
		});

		it('holds a pause it is asked for', async () => {
			const before = channel.arrived();
			const message = asked(channel);
			const how = channel.throttleNext();
			const started = performance.now();
			const outcome = await notify(run(), message);
			if (how === 'waits') {
				expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
				expect(outcome).toMatchObject({ outcome: channel.outcome, attempts: 1 });
			} else {
				expect(outcome).toMatchObject({ outcome: 'failed', error: { class: 'transient' } });
				expect(outcome.nextAttemptAt).not.toBeNull();
				expect(channel.arrived()).toBe(before);
				expect(await retryNotifications(run(), 10)).toEqual([
					expect.objectContaining({ outcome: channel.outcome, attempts: 2, eventKey: message.eventKey }),
				]);
			}
			expect(channel.arrived()).toBe(before + 1);
			expect(await retryNotifications(run(), 10)).toEqual([]);
		});

		it('says of a credential that is refused that it is the credential', async () => {
			const before = channel.arrived();
			const outcome = await notify(run(channel.connect({ refused: true })), asked(channel));
			expect(outcome).toMatchObject({ outcome: 'failed', error: { class: 'auth' } });
			expect(channel.arrived()).toBe(before);
		});

		it('shows no secret in any error, whatever goes wrong', async () => {
			const refused = channel.connect({ refused: true });
			const message = { event: 'x', to: channel.to, subject: 's', text: 't', key: 'f'.repeat(32), options: {} };
			await failing(async () => await refused.notify?.(message));
			channel.refuseNext();
			await failing(async () => await channel.connect().notify?.(message));
			channel.loseNextAnswer();
			await failing(async () => await channel.connect().notify?.(message));
			const shown = errors
				.map((error) => `${error.remedy} ${inspect(error, { depth: 10, showHidden: true })}`)
				.join('\n');
			for (const secret of channel.secrets) expect(shown).not.toContain(secret);
		});
	});
}
