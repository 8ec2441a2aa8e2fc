import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compensateCommand } from '../../lib/commands/compensate';
import { executeCommand, tryCommand } from '../../lib/commands/execute';
import { getCommand } from '../../lib/commands/get-command';
import { resolveCommand } from '../../lib/commands/resolve-command';
import { retryCommands } from '../../lib/commands/retry-commands';
import type { CommandRun } from '../../lib/commands/command-run';
import { parseKeyRing } from '../../lib/tenants/key-ring';
import { vaultOf } from '../../lib/tenants/vault';
import { deskRun, order } from '../desk/command-run';
import { startDesk, type RunningDesk } from '../desk/start-desk';
import { describeOnBothStores, failureOf } from '../store/both-stores';
import { until } from '../until';

let desk: RunningDesk;
beforeAll(async () => {
	desk = await startDesk();
});
afterAll(() => desk.stop());
afterEach(() => desk.faults());

describeOnBothStores('commands', (site) => {
	const run = (more: Partial<CommandRun> = {}) => deskRun(site.store, desk.url, more);
	let serial = 0;
	/** A key nobody else uses, and how to see what the desk has of it. */
	const fresh = () => `${site.kind}-${++serial}`;
	const ordersOf = async (reference: string | null) =>
		(await desk.state()).orders.filter((one) => one.reference === reference);
	const calls = async () => (await desk.state()).calls.length;

	it('does it once, and gives the recorded answer from then on without a call', async () => {
		const key = fresh();
		const first = await executeCommand(await run(), order(key, { amount: 2_000 }));
		expect(first).toMatchObject({
			outcome: 'succeeded',
			replayed: false,
			idempotencyKey: key,
			response: { customer: 'ACME', amount: 2000, priority: 'normal' },
			warnings: ['over the credit limit'],
			attempts: 1,
		});
		expect(first.reference).toMatch(/^[A-Z0-9-]{1,35}$/);
		const [there] = await ordersOf(first.reference);
		expect(first.externalId).toBe(there?.number);
		const before = await calls();
		// The same values in another form are the same values.
		const again = await executeCommand(await run(), order(key, { amount: '2000.00', customer: 'ACME' }));
		expect(again).toEqual({ ...first, replayed: true });
		expect(await calls()).toBe(before);
	});

	it('refuses the same key with other values, naming them and not what they are', async () => {
		const key = fresh();
		await executeCommand(await run(), order(key));
		const before = await calls();
		const error = await failureOf(
			executeCommand(await run(), order(key, { customer: 'SECRET', amount: 13, rush: true })),
		);
		expect(error).toMatchObject({ class: 'rejected', code: 'command_key_reused' });
		expect((error as Error).message).toContain('other values in customer, amount, rush');
		expect(JSON.stringify(error) + (error as Error).message).not.toContain('SECRET');
		const other = await failureOf(
			executeCommand(await run(), { ...order(key), command: 'setPriority', payload: { number: '1', priority: 'x' } }),
		);
		expect(other).toMatchObject({ code: 'command_key_reused' });
		expect(await calls()).toBe(before);
	});

	it('checks the values before anything is logged or called', async () => {
		const key = fresh();
		const before = await calls();
		expect(await failureOf(executeCommand(await run(), order(key, { amount: 'much' })))).toMatchObject({
			code: 'parameters_invalid',
		});
		expect(await failureOf(executeCommand(await run(), { ...order(key), command: 'createOder' }))).toMatchObject({
			code: 'command_unknown',
			remedy: expect.stringContaining('Did you mean "createOrder"?'),
		});
		expect(await failureOf(getCommand(await run(), { idempotencyKey: key }))).toMatchObject({
			code: 'command_not_found',
		});
		expect(await calls()).toBe(before);
	});

	it('two at once: one calls, the others wait and get the same answer', async () => {
		const key = fresh();
		await desk.faults({ match: 'POST /orders', kind: 'late', ms: 300 });
		const outcomes = await Promise.all(Array.from({ length: 4 }, async () => executeCommand(await run(), order(key))));
		expect(new Set(outcomes.map(({ externalId }) => externalId)).size).toBe(1);
		expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
		expect(await ordersOf(outcomes[0]?.reference ?? null)).toHaveLength(1);
	});

	it('waits no longer than it may, and stops waiting when the execution is cancelled', async () => {
		const key = fresh();
		await desk.faults({ match: 'POST /orders', kind: 'late', ms: 350 });
		const first = executeCommand(await run(), order(key));
		await until(
			async () =>
				(await site.store.commands.get({ tenant: 'default', integration: 'desk', key, kind: 'execute' })) !== undefined,
		);
		expect(await executeCommand(await run(), { ...order(key), waitSeconds: 0 })).toMatchObject({
			outcome: 'unknown',
			error: { code: 'command_under_way' },
		});
		const cancel = new AbortController();
		const waiting = failureOf(executeCommand(await run({ signal: cancel.signal }), order(key)));
		cancel.abort();
		expect(await waiting).toMatchObject({ code: 'cancelled' });
		expect(await first).toMatchObject({ outcome: 'succeeded' });
	});

	it('a lost answer is looked up, and known', async () => {
		await desk.faults({ match: 'POST /orders', kind: 'lost' });
		const outcome = await executeCommand(await run(), order(fresh()));
		expect(outcome).toMatchObject({ outcome: 'succeeded', attempts: 1 });
		expect(await ordersOf(outcome.reference)).toHaveLength(1);
	});

	it('a gateway that answers 502 after the work was done makes no second order', async () => {
		const key = fresh();
		await desk.faults({ match: 'POST /orders', kind: 'statusAfter' }, { match: 'GET /orders', kind: 'hang', times: 9 });
		const outcome = await executeCommand(await run(), order(key));
		expect(outcome).toMatchObject({ outcome: 'unknown', error: { class: 'unknown' } });
		// Asked again while it cannot be looked up: it stays unknown, and nothing is repeated.
		expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'unknown' });
		await desk.faults();
		expect(await getCommand(await run(), { idempotencyKey: key })).toMatchObject({ outcome: 'succeeded' });
		expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'succeeded', replayed: true });
		expect(await ordersOf(outcome.reference)).toHaveLength(1);
	});

	it('one that never arrived is proven not there, then repeated under the same reference', async () => {
		const key = fresh();
		await desk.faults({ match: 'POST /orders', kind: 'statusBefore', status: 503 });
		const first = await executeCommand(await run(), order(key));
		expect(first).toMatchObject({ outcome: 'failed', error: { code: 'command_not_done', class: 'transient' } });
		expect(first.nextAttemptAt).not.toBeNull();
		const again = await executeCommand(await run(), order(key));
		expect(again).toMatchObject({ outcome: 'succeeded', replayed: false, reference: first.reference, attempts: 2 });
		expect(await ordersOf(first.reference)).toHaveLength(1);
	});

	it('"nothing there" proves nothing while the other side may still be at work', async () => {
		const key = fresh();
		const slow = async () => {
			const made = await run();
			const commands = made.module.commands?.map((one) => ({ ...one, settlesWithinSeconds: 1 }));
			return { ...made, module: { ...made.module, commands } };
		};
		// The answer comes after the caller has given up, and the order is made later still.
		await desk.faults({ match: 'POST /orders', kind: 'statusBefore', status: 503 });
		expect(await executeCommand(await slow(), order(key))).toMatchObject({ outcome: 'unknown' });
		expect(await executeCommand(await slow(), order(key))).toMatchObject({ outcome: 'unknown', attempts: 1 });
		await sleep(1_000);
		expect(await executeCommand(await slow(), order(key))).toMatchObject({ outcome: 'succeeded', attempts: 2 });
	});

	it('what cannot be looked up and must not be repeated waits for a person', async () => {
		const key = fresh();
		const label = { ...order(key), command: 'printLabel', payload: {} };
		await desk.faults({ match: 'POST /labels', kind: 'lost' });
		const labels = async () => (await desk.state()).labels.length;
		const before = await labels();
		expect(await executeCommand(await run(), label)).toMatchObject({ outcome: 'unknown' });
		expect(await executeCommand(await run(), label)).toMatchObject({ outcome: 'unknown' });
		expect(await getCommand(await run(), { idempotencyKey: key })).toMatchObject({
			outcome: 'unknown',
			error: { message: expect.stringContaining('the desk keeps no list of them') },
		});
		expect(await labels()).toBe(before + 1);
		const found = { found: 'done', externalId: null } as const;
		expect(await resolveCommand(await run(), { idempotencyKey: key }, found)).toMatchObject({ outcome: 'succeeded' });
		expect(await failureOf(resolveCommand(await run(), { idempotencyKey: key }, found))).toMatchObject({
			code: 'command_settled',
		});
		expect(await executeCommand(await run(), label)).toMatchObject({ outcome: 'succeeded', replayed: true });
		expect(await labels()).toBe(before + 1);
	});

	it('a person who finds nothing lets it be done again with its key', async () => {
		const key = fresh();
		const label = { ...order(key), command: 'printLabel', payload: {} };
		await desk.faults({ match: 'POST /labels', kind: 'hang' });
		expect(await executeCommand(await run(), label)).toMatchObject({ outcome: 'unknown' });
		expect(await resolveCommand(await run(), { idempotencyKey: key }, { found: 'nothing' })).toMatchObject({
			outcome: 'failed',
		});
		expect(await executeCommand(await run(), label)).toMatchObject({ outcome: 'succeeded', replayed: false });
	});

	it('what is as good done twice is repeated without a look-up', async () => {
		const made = await executeCommand(await run(), order(fresh()));
		const payload = { number: made.externalId, priority: 'high' };
		const key = fresh();
		await desk.faults({ match: `POST /orders/${made.externalId}`, kind: 'hang', times: 2 });
		const asked = { ...order(key), command: 'setPriority', payload };
		expect(await executeCommand(await run(), asked)).toMatchObject({
			outcome: 'failed',
			nextAttemptAt: expect.any(String),
		});
		expect(await executeCommand(await run(), asked)).toMatchObject({ outcome: 'succeeded', attempts: 2 });
	});

	it('a refusal does nothing and stays the answer, until another try is asked for', async () => {
		const key = fresh();
		const first = await executeCommand(await run(), order(key, { customer: 'BLOCKED' }));
		expect(first).toMatchObject({
			outcome: 'failed',
			error: {
				class: 'rejected',
				message: expect.stringContaining('is blocked'),
				remedy: expect.stringContaining('Try Again'),
			},
			nextAttemptAt: null,
		});
		const before = await calls();
		expect(await executeCommand(await run(), order(key, { customer: 'BLOCKED' }))).toEqual({
			...first,
			replayed: true,
		});
		expect(await failureOf(executeCommand(await run(), order(key)))).toMatchObject({
			code: 'command_key_reused',
			remedy: expect.stringContaining('Try Again'),
		});
		expect(await calls()).toBe(before);
		const anew = await executeCommand(await run(), { ...order(key), tryAgain: true });
		expect(anew).toMatchObject({
			outcome: 'succeeded',
			replayed: false,
			reference: first.reference,
			response: { customer: 'ACME' },
		});
		expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'succeeded', replayed: true });
	});

	it('a refused login is no answer: once it is mended the command goes through', async () => {
		const key = fresh();
		const locked = await deskRun(site.store, desk.url, {}, { token: 'wrong' });
		expect(await executeCommand(locked, order(key))).toMatchObject({
			outcome: 'failed',
			error: { class: 'auth' },
			nextAttemptAt: null,
		});
		expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'succeeded', attempts: 1 });
	});

	describe('retry', () => {
		it('takes up what is due, three times in all, then gives up', async () => {
			const key = fresh();
			await desk.faults({ match: 'POST /orders', kind: 'statusBefore', times: 99 });
			expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'failed', attempts: 1 });
			const mine = async () =>
				(await retryCommands(await run(), 50)).filter(({ idempotencyKey }) => idempotencyKey === key);
			let last: Awaited<ReturnType<typeof mine>> = [];
			await until(async () => (last = await mine()).some(({ attempts }) => attempts === 3));
			expect(last[0]).toMatchObject({ outcome: 'failed', attempts: 3, nextAttemptAt: null });
			await sleep(100);
			expect(await mine()).toEqual([]);
			await desk.faults();
			expect(await executeCommand(await run(), order(key))).toMatchObject({ outcome: 'succeeded', attempts: 1 });
		});

		it('finds out what became of a run that died, without the flow', async () => {
			const key = fresh();
			const id = { tenant: 'default', integration: 'desk', key, kind: 'execute' } as const;
			const dying = await run();
			let sent: string | null = null;
			const adapter = {
				...dying.adapter,
				// The call is made, and then this process is no more.
				execute: async (request: Parameters<NonNullable<typeof dying.adapter.execute>>[0]) => {
					await dying.adapter.execute?.(request);
					sent = request.reference;
					return await new Promise<never>(() => undefined);
				},
			};
			const log = { ...dying.log, renew: async () => true };
			void executeCommand({ ...dying, adapter, log }, order(key));
			await until(() => sent !== null);
			await until(async () => (await site.store.commands.get(id))?.held === false);
			await until(async () =>
				(await retryCommands(await run(), 50)).some(({ idempotencyKey }) => idempotencyKey === key),
			);
			expect(await getCommand(await run(), { idempotencyKey: key })).toMatchObject({
				outcome: 'succeeded',
				reference: sent,
			});
			expect(await ordersOf(sent)).toHaveLength(1);
		});
	});

	describe('compensation', () => {
		const undo = async (key: string) =>
			await compensateCommand(await run(), { idempotencyKey: key }, { tryAgain: false, waitSeconds: 5 });
		const cancellations = async (number: string | null) =>
			(await desk.state()).cancellations.filter(({ order: of }) => of === number);

		it('undoes once, under a reference of its own, also when two ask for it', async () => {
			const key = fresh();
			const made = await executeCommand(await run(), order(key));
			const both = await Promise.all([undo(key), undo(key)]);
			expect(both.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
			expect(await undo(key)).toMatchObject({ outcome: 'succeeded', replayed: true });
			const [cancellation, ...more] = await cancellations(made.externalId);
			expect(more).toEqual([]);
			expect(both[0]).toMatchObject({ externalId: cancellation?.number, reference: cancellation?.reference });
			expect(both[0]?.reference).not.toBe(made.reference);
			expect(await getCommand(await run(), { idempotencyKey: key })).toMatchObject({
				outcome: 'succeeded',
				compensation: { outcome: 'succeeded', externalId: cancellation?.number },
			});
		});

		it('is looked up after a lost answer, as the command is', async () => {
			const key = fresh();
			const made = await executeCommand(await run(), order(key));
			await desk.faults({ match: `POST /orders/${made.externalId}/cancel`, kind: 'lost' });
			expect(await undo(key)).toMatchObject({ outcome: 'succeeded' });
			expect(await cancellations(made.externalId)).toHaveLength(1);
		});

		it('says when it is no longer possible', async () => {
			const key = fresh();
			const made = await executeCommand(await run(), order(key));
			await desk.ship(made.externalId ?? '');
			expect(await undo(key)).toMatchObject({
				outcome: 'failed',
				error: { code: 'compensation_impossible', message: expect.stringContaining('has been shipped') },
			});
			expect(await cancellations(made.externalId)).toEqual([]);
		});

		it('waits until it is known whether there is anything to undo', async () => {
			const key = fresh();
			await desk.faults({ match: 'POST /orders', kind: 'lost' }, { match: 'GET /orders', kind: 'hang', times: 9 });
			const made = await executeCommand(await run(), order(key));
			expect(made).toMatchObject({ outcome: 'unknown' });
			expect(await failureOf(undo(key))).toMatchObject({ class: 'unknown', code: 'command_unsettled' });
			await desk.faults();
			expect(await undo(key)).toMatchObject({ outcome: 'succeeded' });
			const refused = fresh();
			await executeCommand(await run(), order(refused, { customer: 'BLOCKED' }));
			expect(await failureOf(undo(refused))).toMatchObject({ code: 'nothing_to_undo' });
			const label = fresh();
			await executeCommand(await run(), { ...order(label), command: 'printLabel', payload: {} });
			expect(await failureOf(undo(label))).toMatchObject({ code: 'compensation_impossible' });
		});
	});

	it('a dry run does nothing, logs nothing and uses up no key', async () => {
		const before = (await desk.state()).orders.length;
		expect(await tryCommand(await run(), order('x'))).toMatchObject({
			outcome: 'succeeded',
			dryRun: true,
			warnings: ['only checked'],
		});
		expect(await failureOf(tryCommand(await run(), order('x', { customer: 'BLOCKED' })))).toMatchObject({
			class: 'rejected',
		});
		expect(await failureOf(tryCommand(await run(), { command: 'printLabel', payload: {} }))).toMatchObject({
			code: 'dry_run_missing',
		});
		expect((await desk.state()).orders).toHaveLength(before);
	});

	it('seals payload and response as soon as there is a key, and still does it once when the key is lost', async () => {
		const key = fresh();
		const keyRing = parseKeyRing(randomBytes(32).toString('base64'));
		const vault = await vaultOf({ tenant: 'default', integration: 'desk', environment: {}, keyRing }, 'command_log');
		const made = await executeCommand(await run({ vault }), order(key, { customer: 'Anna' }));
		const rows = await site.aside(
			`SELECT payload, response FROM crosslink.command_log WHERE idempotency_key = '${key}'`,
		);
		expect(JSON.stringify(rows)).not.toContain('Anna');
		expect(await executeCommand(await run({ vault }), order(key, { customer: 'Anna' }))).toEqual({
			...made,
			replayed: true,
		});
		const without = await executeCommand(await run(), order(key, { customer: 'Anna' }));
		expect(without).toMatchObject({
			outcome: 'succeeded',
			externalId: made.externalId,
			response: { unreadable: expect.any(String) },
		});
	});

	it('keeps tenants apart', async () => {
		const key = fresh();
		const [one, other] = [
			await executeCommand(await run(), order(key)),
			await executeCommand(await run({ tenant: 'other' }), order(key)),
		];
		expect(one.externalId).not.toBe(other.externalId);
		expect(await failureOf(getCommand(await run(), { reference: other.reference ?? '' }))).toMatchObject({
			code: 'command_not_found',
		});
	});

	it('deletes what was settled long ago, never what is not settled', async () => {
		await desk.faults({ match: 'POST /labels', kind: 'lost' });
		const key = fresh();
		const tenant = `old-${site.kind}`;
		const label = { ...order(key), command: 'printLabel', payload: {} };
		await executeCommand(await run({ tenant }), label);
		await executeCommand(await run({ tenant }), order(fresh()));
		expect(await site.store.commands.prune(tenant, new Date(Date.now() - 60_000), 100)).toBe(0);
		expect(await site.store.commands.prune(tenant, new Date(Date.now() + 60_000), 100)).toBe(1);
		expect(await getCommand(await run({ tenant }), { idempotencyKey: key })).toMatchObject({ outcome: 'unknown' });
	});
});
