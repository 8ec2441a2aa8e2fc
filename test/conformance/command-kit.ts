import type { Adapter, AdapterModule } from '../../lib/adapters/adapter';
import type { CommandDescription, CommandRequest } from '../../lib/adapters/command';
import type { Fields } from '../../lib/adapters/field-value';
import { newReference } from '../../lib/commands/reference';
import { CrosslinkError } from '../../lib/errors';
import { checkParameters } from '../../lib/parameters/check';
import { promised } from './kit';
import { power, thrownBy } from './records';

/** What the kit needs of a running system and the adapter in front of it. */
export interface CommandHarness {
	/** A new adapter; `refused` = with a credential the system does not take. */
	connect(options?: { refused?: boolean }): Adapter;
	/** Values that must be in no error. */
	secrets: string[];
	/** How many things the other side has under this reference: of doing, and of undoing. */
	count(command: string, reference: string): Promise<number>;
	faults: {
		/** The next command (or undoing) is done, its answer never arrives. */
		loseNextAnswer(): Promise<void>;
		/** Nothing is taken: down, before anything is done. */
		down(): Promise<void>;
		clear(): Promise<void>;
	};
	/** Brings the other side to where this can no longer be undone. */
	makeFinal?(externalId: string): Promise<void>;
	stop(): Promise<void>;
}

/** By command: what is taken, and what is refused for good. A command left out shows as skipped. */
export type CommandSamples = Record<string, { good(n: number): Fields; bad?: Fields }>;

/**
 * Checks what an adapter's commands promise (`AdapterModule.commands`) against a running system. It is the adapter that is
 * looked at here, without the log: whether it says the truth about what it has done.
 */
export function commandConformance(
	name: string,
	module: AdapterModule,
	samples: CommandSamples,
	start: () => Promise<CommandHarness>,
): void {
	describe(`${name}: commands keep their promises`, () => {
		let harness: CommandHarness;
		beforeAll(async () => {
			harness = await start();
		});
		afterAll(() => harness.stop());
		afterEach(() => harness.faults.clear());
		const kit = (): CommandHarness => harness;

		it('every command and every value has a help, a type that fits, and a name of its own', () => {
			const names = module.commands?.map(({ command }) => command) ?? [];
			expect(names.length).toBeGreaterThan(0);
			expect(new Set(names).size).toBe(names.length);
			for (const { command, displayName, description, parameters } of module.commands ?? []) {
				expect(command).toMatch(/^[a-z][A-Za-z0-9]*$/);
				expect([displayName, description].every((text) => text.trim() !== '')).toBe(true);
				for (const { name: parameter, description: help, type, choices, parts } of parameters) {
					expect([command, parameter, help.trim() !== '']).toEqual([command, parameter, true]);
					expect([command, parameter, (choices?.length ?? 0) > 0]).toEqual([
						command,
						parameter,
						type === 'enumeration',
					]);
					if (type === 'object') expect(parts?.length).toBeGreaterThan(0);
				}
			}
		});

		for (const description of module.commands ?? []) promisesOf(description, samples[description.command], kit);
	});
}

function promisesOf(
	description: CommandDescription,
	sample: CommandSamples[string] | undefined,
	kit: () => CommandHarness,
): void {
	const { command, parameters, whenUnknown, undo, dryRun } = description;
	let serial = 0;
	/** A request as the log would make it: checked, with a reference of its own. */
	const request = async (values?: Fields): Promise<CommandRequest> => ({
		command,
		payload: await checkParameters(`command "${command}"`, parameters, values ?? sample?.good(++serial)),
		reference: newReference(),
	});
	const execute = async (made: CommandRequest, adapter = kit().connect()) => await power(adapter, 'execute')(made);
	const looked = async (made: CommandRequest) => await kit().connect().findCommand?.(made);
	const tried = promised(sample !== undefined);
	const looksUp = promised(sample !== undefined && whenUnknown === 'lookUp');

	describe(command, () => {
		tried('is done once, and found by our reference', async () => {
			const made = await request();
			const answer = await execute(made);
			expect(await kit().count(command, made.reference)).toBe(1);
			if (whenUnknown !== 'lookUp') return;
			expect(await looked(made)).toMatchObject({ found: 'done', answer: { externalId: answer.externalId } });
			expect(await kit().count(command, made.reference)).toBe(1);
		});

		tried('is "unknown", and nothing else, when its answer is lost; the look-up knows', async () => {
			const made = await request();
			await kit().faults.loseNextAnswer();
			const error = await thrownBy(execute(made));
			expect(error).toMatchObject({
				class: whenUnknown === 'repeat' ? expect.stringMatching(/unknown|transient/) : 'unknown',
			});
			await kit().faults.clear();
			if (whenUnknown !== 'lookUp') return;
			expect(await looked(made)).toMatchObject({ found: 'done' });
			expect(await kit().count(command, made.reference)).toBe(1);
		});

		looksUp('is "nothing" for a reference that was never sent', async () => {
			expect(await looked(await request())).toMatchObject({ found: 'nothing' });
		});

		looksUp('is no proof of anything when the look-up itself fails', async () => {
			const made = await request();
			await execute(made);
			const found = await power(
				kit().connect({ refused: true }),
				'findCommand',
			)(made).catch((thrown: unknown) => thrown);
			// An error, or `unsure`; but never "nothing".
			expect(found).not.toMatchObject({ found: 'nothing' });
		});

		promised(sample?.bad !== undefined)('does nothing when it is refused', async () => {
			const made = await request(sample?.bad);
			expect(await thrownBy(execute(made))).toMatchObject({ class: 'rejected' });
			expect(await kit().count(command, made.reference)).toBe(0);
		});

		tried('does nothing with a credential that is refused, and says so without any secret', async () => {
			const made = await request();
			const error = await thrownBy(execute(made, kit().connect({ refused: true })));
			expect(error).toBeInstanceOf(CrosslinkError);
			expect(error).toMatchObject({ class: 'auth' });
			for (const secret of kit().secrets) expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
			expect(await kit().count(command, made.reference)).toBe(0);
		});

		tried('is not called done when the system is down', async () => {
			await kit().faults.down();
			const made = await request();
			expect(await thrownBy(execute(made))).toMatchObject({
				class: expect.stringMatching(/transient|throttled|unknown/),
			});
			await kit().faults.clear();
			expect(await kit().count(command, made.reference)).toBe(0);
		});

		if (dryRun === true) {
			tried('does nothing in a dry run', async () => {
				const made = await request();
				await execute({ ...made, dryRun: true });
				expect(await kit().count(command, made.reference)).toBe(0);
			});
		}

		if (undo === undefined) return;

		const finished = async () => {
			const made = await request();
			const { externalId, response } = await execute(made);
			return { ...made, externalId, response, undoReference: newReference() };
		};
		tried('is undone once, and the undoing found by its own reference', async () => {
			const done = await finished();
			expect(await kit().connect().findCompensation?.(done)).toMatchObject({ found: 'nothing' });
			await power(kit().connect(), 'compensate')(done);
			expect(await kit().count(command, done.undoReference)).toBe(1);
			expect(await kit().connect().findCompensation?.(done)).toMatchObject({ found: 'done' });
		});

		tried('has an undoing that is "unknown" when its answer is lost, and is found then', async () => {
			const done = await finished();
			await kit().faults.loseNextAnswer();
			expect(await thrownBy(power(kit().connect(), 'compensate')(done))).toMatchObject({ class: 'unknown' });
			await kit().faults.clear();
			expect(await kit().connect().findCompensation?.(done)).toMatchObject({ found: 'done' });
			expect(await kit().count(command, done.undoReference)).toBe(1);
		});

		tried('says when it can no longer be undone', async () => {
			const { makeFinal } = kit();
			if (makeFinal === undefined) return;
			const done = await finished();
			await makeFinal(done.externalId ?? '');
			expect(await thrownBy(power(kit().connect(), 'compensate')(done))).toMatchObject({
				class: 'rejected',
				code: 'compensation_impossible',
			});
			expect(await kit().count(command, done.undoReference)).toBe(0);
		});
	});
}
