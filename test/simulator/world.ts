import type { EntityBinding, FieldValue } from '../../lib/adapters/adapter';
import { valueAt } from '../../lib/sync/fields';
import { baseOf } from '../../lib/sync/plan-field';
import type { Replication } from '../../lib/sync/replication';
import { resolveConflicts } from '../../lib/sync/resolve';
import { toExternal } from '../../lib/sync/transform';
import { sameValue } from '../../lib/sync/fields';
import type { Conflict, LinkRow, LinkTable, Store } from '../../lib/store/store';
import { expireLeases, faultyStore, type HeldLeases } from './faulty-store';
import { confirmAgainFlow, pullFlow, pushFlow, reconcileFlow, retryFlow, syncFlow, type Site } from './flows';
import { FieldHistory } from './history';
import { Local, type LocalRecord } from './local';
import { Random } from './random';
import {
	agreedReference,
	NAME_FIELD,
	randomReference,
	REFERENCES,
	referredBindings,
	referredFlow,
	type Reference,
} from './references';
import { Remote, type RemoteRecord } from './remote';
import { remoteAdapter, remotePromises } from './remote-adapter';
import { bindingOf, freshLocal, freshValue, kindsOf, randomRules, type SimulatedRule } from './rules';
import { Scheduler, type Task } from './scheduler';
import { Wire, type WireFault } from './wire';

export const INTEGRATION = 'simulated';

/** How rough a run is. */
interface Weather {
	concurrent: boolean;
	faults: number;
	kills: number;
	lapses: number;
}

const WEATHERS: Weather[] = [
	{ concurrent: false, faults: 0, kills: 0, lapses: 0 },
	{ concurrent: true, faults: 0, kills: 0, lapses: 0 },
	{ concurrent: false, faults: 0.1, kills: 0, lapses: 0 },
	{ concurrent: false, faults: 0, kills: 0.03, lapses: 0 },
	{ concurrent: true, faults: 0.05, kills: 0.02, lapses: 0.05 },
	{ concurrent: true, faults: 0.1, kills: 0.04, lapses: 0.1 },
];

/** Of those that are killed, so many are cancelled instead. */
const CANCELS = 0.25;
/** Of the edits so many are of a reference. */
const REFERENCE_EDITS = 0.25;
/** Of the edits so many take a value back to what was last agreed. */
const TAKEN_BACK = 0.12;

/** No number. */
const WRONG = 'a lot';

/** Two sides, the real engine on the real store between them, and everything that happens to them. */
export class World {
	readonly random: Random;
	readonly rules: SimulatedRule[];
	readonly binding: EntityBinding;
	/** All entities, by name. */
	readonly bindings: ReadonlyMap<string, EntityBinding>;
	readonly remote: Remote;
	readonly local: Local;
	readonly scheduler: Scheduler;
	readonly table: LinkTable;
	readonly weather: Weather;
	readonly histories = new Map<string, FieldHistory>();
	/** Local ids whose record a person has deleted there. */
	readonly deletedThere = new Set<string>();
	/** Local ids whose record was deleted there before its create was known to have succeeded. */
	readonly lostUnknown = new Set<string>();
	/** Local ids whose record a person has deleted here. */
	readonly deletedHere = new Set<string>();
	readonly trace: string[] = [];
	readonly counts = { edits: 0, runs: 0, runItems: 0, calls: 0, writes: 0, kills: 0, faults: 0, decisions: 0 };
	readonly created = new Map<string, number>();
	calm = false;
	/** Moves only when a step says so; long ago, so that what is due is due for the database too. */
	now = Date.now() - 48 * 3_600_000;

	private readonly held: HeldLeases = new Map();
	private readonly runsOf = new Map<Task, string[]>();
	private readonly idsOf = new Map<Task, string[]>();
	private readonly cancels = new Map<Task, AbortController>();
	private readonly batch: number;
	private serial = 100;
	private runSerial = 0;
	private readonly receipts: string[] = [];
	private hints: Array<{ side: 'local' | 'external'; id: string }> = [];

	constructor(
		readonly seed: number,
		readonly store: Store,
	) {
		this.random = new Random(seed);
		this.weather = WEATHERS[seed % WEATHERS.length] as Weather;
		this.rules = randomRules(this.random, 4 + this.random.below(4));
		this.binding = bindingOf(this.rules, this.random.pick(['ignore', 'unlink', 'archive'] as const));
		this.bindings = new Map([this.binding, ...referredBindings()].map((one) => [one.entity, one]));
		this.batch = 1 + this.random.below(4);
		const clock = (): number => this.now;
		this.remote = new Remote({ ...kindsOf(this.rules), [NAME_FIELD]: 'text' }, this.binding.keyField, clock);
		this.local = new Local(clock);
		this.scheduler = new Scheduler(this.random);
		this.table = this.linksOf('order');
	}

	get tenant(): string {
		return `seed ${this.seed}`;
	}

	/** Lives through a number of random events, with whatever goes on at the same time. */
	async live(): Promise<void> {
		for (let record = 2 + this.random.below(4); record > 0; record--) this.createHere();
		for (let event = 30 + this.random.below(40); event > 0; event--) {
			this.now += this.random.chance(0.05) ? 8_000 : this.random.below(50);
			await this.happen();
		}
		while (this.scheduler.alive.length > 0) await this.move();
		await this.expireAll();
	}

	private async happen(): Promise<void> {
		const busy = this.scheduler.alive.length;
		const roll = this.random.next();
		if (busy > 0 && (!this.weather.concurrent || roll < 0.75)) {
			// Where runs do not meet, a person still edits while one is under way now and then.
			if (this.weather.concurrent || !this.random.chance(0.02)) {
				for (let moves = this.random.below(12); moves >= 0 && this.scheduler.alive.length > 0; moves--)
					await this.move();
				return;
			}
		}
		if (roll < 0.06 && this.local.records.size < 7) this.createHere();
		else if (roll < 0.35) await this.editHere();
		else if (roll < 0.6) await this.editThere();
		else if (roll < 0.63) await this.deleteSomewhere();
		else if (roll < 0.66) await this.mergeThere();
		else if (roll < 0.7) await this.decide();
		else if (busy < 3) this.startFlow();
	}

	/** One step of one task, or its end. */
	private async move(): Promise<void> {
		this.now += this.random.below(20);
		if (!this.calm && this.random.chance(this.weather.kills)) {
			const task = this.random.pick(this.scheduler.alive);
			if (this.random.chance(CANCELS)) return await this.cancel(task);
			const place = this.scheduler.kill(task);
			this.note(`kill ${task.name} at ${place}`);
			this.counts.kills++;
			await this.takeBackAfter(task);
			if (this.random.chance(0.5)) await this.expireAll();
			return;
		}
		if (this.random.chance(0.1)) await this.expireAll();
		await this.scheduler.step();
	}

	/** A person stops the execution; what it is at goes on to the next place where it can stop. */
	private async cancel(task: Task): Promise<void> {
		this.note(`cancel ${task.name}`);
		this.counts.kills++;
		this.cancels.get(task)?.abort();
		await this.takeBackAfter(task);
	}

	/** Time passes until the leases of runs that were killed or have failed have run out. */
	async expireAll(): Promise<void> {
		for (const [task, runs] of this.runsOf) {
			if (task.alive) continue;
			this.runsOf.delete(task);
			for (const entity of this.bindings.keys()) {
				for (const owner of runs) await expireLeases(this.linksOf(entity), this.tenant, this.held, owner);
			}
		}
	}

	private startFlow(): void {
		const hints = this.hints.length > 0 ? this.random.some(this.hints, 4) : [];
		// Hints are lost, come twice, and in any order.
		if (!this.random.chance(0.2)) this.hints = this.hints.filter((hint) => !hints.includes(hint));
		const ids = [...new Set(hints.map((hint) => hint.id))];
		if (this.random.chance(0.1)) return void this.bringReferred(this.random.pick(REFERENCES));
		if (this.random.chance(0.1)) return void this.run('retry', [], (site) => retryFlow(site));
		if (this.random.chance(0.1)) {
			const restart = this.random.chance(0.5);
			return void this.run('reconcile', [...this.local.records.keys()], (site) => reconcileFlow(site, restart));
		}
		if (this.receipts.length > 0 && this.random.chance(0.1)) {
			const receipts = this.random.some(this.receipts, 3);
			return void this.run('confirm again', [], (site) => confirmAgainFlow(site, receipts));
		}
		if (ids.length === 0) return;
		const [name, flow] = this.random.pick([
			['sync', syncFlow],
			hints[0]?.side === 'local' ? ['push', pushFlow] : ['pull', pullFlow],
		] as Array<[string, typeof syncFlow]>);
		this.run(name, ids, (site) => flow(site, ids));
	}

	/** The flow of the records that orders refer to. */
	bringReferred(reference: Reference): Task {
		return this.run(reference.entity, [...reference.ids], (site) => referredFlow(site, reference));
	}

	/** Starts a flow as a task. */
	run(name: string, ids: string[], flow: (site: Site) => Promise<void>): Task {
		this.note(`start ${name} ${ids.join(',')}`);
		const runs: string[] = [];
		const cancel = new AbortController();
		const site: Site = {
			local: this.local,
			replication: (entity) => this.replication(runs, ids.length, cancel.signal, entity),
			pass: (place) => this.scheduler.pass(place),
			receipts: this.receipts,
			wrote: (record, patch) => {
				this.note(`flow wrote ${record.id} ${JSON.stringify(record.fields)}`);
				for (const rule of this.rules) {
					const value = valueAt(patch, rule.local);
					if (value !== undefined) this.history(record.id, rule).copied.add(JSON.stringify(value));
				}
			},
		};
		const task = this.scheduler.start(`${name} ${ids.join(',')}`, () => flow(site));
		this.runsOf.set(task, runs);
		this.idsOf.set(task, ids);
		this.cancels.set(task, cancel);
		return task;
	}

	linksOf(entity: string): LinkTable {
		return this.store.links(INTEGRATION, entity);
	}

	/** What one node of a flow works with. */
	replication(runs: string[] = [], items = 1, signal?: AbortSignal, entity = 'order'): Replication {
		const runId = `run ${this.seed} ${++this.runSerial}`;
		runs.push(runId);
		this.counts.runs++;
		this.counts.runItems += items;
		const seen = new Map<RemoteRecord, number>();
		const wire = new Wire({
			attempts: 2,
			signal,
			fault: () => this.wireFault(),
			pass: (place) => this.scheduler.pass(place),
			onCall: (kind) => {
				this.counts.calls++;
				if (this.tracing) this.note(`${runId} ${kind}`);
			},
		});
		const adapter = remoteAdapter(this.remote, wire, this.batch, () => this.now, {
			read: (record) => void seen.set(record, record.version),
			writing: (ref, record, fields) => this.watchWrite(runId, ref, record, fields, seen.get(record) ?? -1),
			created: (ref, record) => this.watchCreate(runId, ref, record),
		});
		const faulty = faultyStore(
			this.store,
			{
				pass: (place) => this.scheduler.pass(place),
				fault: () => this.storeFault(),
				lapse: () => !this.calm && this.random.chance(this.weather.lapses),
			},
			this.held,
		);
		return {
			tenant: this.tenant,
			integration: INTEGRATION,
			binding: this.bindings.get(entity) as EntityBinding,
			bindings: this.bindings,
			adapter,
			promises: remotePromises(this.batch),
			limits: {},
			store: faulty,
			retry: { attempts: 3, delaySeconds: 1 },
			leaseSeconds: 600,
			syncLog: 'all',
			syncLogDays: 90,
			freeze: { flips: 50, minutes: 10 },
			brakes: { deletes: 1, deletesCount: 1_000, changes: 1, changesCount: 1_000 },
			mappingVersion: 'simulated',
			runId,
			signal,
			now: () => new Date(this.now),
		};
	}

	private wireFault(): WireFault | undefined {
		if (this.calm || !this.random.chance(this.weather.faults)) return undefined;
		this.counts.faults++;
		const fault = this.random.pick([
			'lostRequest',
			'lostAnswer',
			'lostAnswer',
			'down',
			'throttled',
			'refused',
		] as const);
		this.note(`fault ${fault}`);
		return fault;
	}

	private storeFault(): 'before' | 'after' | undefined {
		if (this.calm || !this.random.chance(this.weather.faults / 8)) return undefined;
		this.counts.faults++;
		this.note('store fault');
		return this.random.pick(['before', 'after'] as const);
	}

	private watchWrite(
		run: string,
		localId: string,
		record: RemoteRecord,
		fields: Record<string, FieldValue>,
		seen: number,
	): void {
		this.counts.writes++;
		this.note(`${run} writes ${localId} -> ${record.id} ${JSON.stringify(fields)}`);
		for (const rule of this.rules) {
			const value = fields[rule.external];
			if (value === undefined) continue;
			const written = this.remote.stored(rule.external, value === null ? '' : String(value)) ?? null;
			const unseen = (record.edited.get(rule.external) ?? -1) > seen;
			// Rounded over there: after a crash nobody can tell it from an edit.
			const rounded = rule.kind === 'number' && value !== null && Number(value) !== Number(written);
			if (unseen || rounded || this.here(localId, rule) !== written) this.history(localId, rule).race();
		}
	}

	private watchCreate(run: string, localId: string, record: RemoteRecord): void {
		this.counts.writes++;
		this.note(`${run} creates ${localId} -> ${record.id} ${JSON.stringify([...record.fields])}`);
		this.created.set(localId, (this.created.get(localId) ?? 0) + 1);
		for (const rule of this.rules) {
			const rounded = rule.kind === 'number' && this.here(localId, rule) !== this.exactly(localId, rule);
			if (rounded) this.history(localId, rule).race();
		}
	}

	/** The local value as the other side would store it; undefined = absent. */
	here(localId: string, rule: SimulatedRule): string | null | undefined {
		const value = valueAt(this.local.records.get(localId)?.fields ?? {}, rule.local);
		if (value === undefined) return undefined;
		try {
			const sent = rule.direction === 'pull' ? value : toExternal(rule, value);
			return this.remote.stored(rule.external, sent === null ? '' : String(sent)) ?? null;
		} catch {
			return `refused: ${String(value)}`;
		}
	}

	/** The local value as it is sent. */
	private exactly(localId: string, rule: SimulatedRule): string | undefined {
		const value = valueAt(this.local.records.get(localId)?.fields ?? {}, rule.local);
		return value === undefined || value === null ? undefined : String(Number(value));
	}

	/** What the other side holds of a record of ours, wherever its link has got to. */
	recordOf(localId: string): RemoteRecord | undefined {
		const key = `${this.tenant}:${localId}`;
		const all = [...this.remote.records.values()].filter((one) => one.fields.get(this.binding.keyField) === key);
		return all.find((one) => !one.archived) ?? all[0];
	}

	history(localId: string, rule: SimulatedRule): FieldHistory {
		const key = `${localId} ${rule.local}`;
		const history = this.histories.get(key) ?? new FieldHistory();
		this.histories.set(key, history);
		return history;
	}

	private createHere(): void {
		const record = this.local.create(`o${this.local.records.size + 1}`);
		for (const rule of this.rules) {
			if (this.random.chance(0.15)) continue;
			const value = this.random.chance(0.15) ? this.random.pick([null, '']) : this.fresh(rule);
			this.local.edit(record, rule.local, value);
			if (rule.direction !== 'pull') this.noteEdit('local', record.id, rule, undefined);
		}
		for (const reference of REFERENCES) {
			if (this.random.chance(0.5)) this.local.edit(record, reference.field, randomReference(this.random, reference));
		}
		this.note(`create here ${record.id} ${JSON.stringify(record.fields)}`);
		this.hints.push({ side: 'local', id: record.id });
	}

	private async editHere(): Promise<void> {
		const record = this.anyHere();
		if (!record) return;
		if (this.random.chance(REFERENCE_EDITS)) this.editReference(record);
		for (const rule of this.random.some(this.rules, 2)) {
			const link = await this.link(record.id);
			const before = this.state(record.id, rule, link);
			const roll = this.random.next();
			if (roll < 0.05 && rule.direction !== 'pull') {
				this.local.edit(record, rule.local, undefined);
				this.note(`edit here ${record.id} ${rule.local} absent`);
				continue;
			}
			if (roll > 1 - TAKEN_BACK && this.takeBackHere(record, rule, link)) continue;
			const wrong = roll < 0.1 && rule.kind === 'number' && rule.direction !== 'pull';
			const value = wrong ? WRONG : roll < 0.2 ? this.random.pick([null, '']) : this.fresh(rule);
			this.local.edit(record, rule.local, value);
			this.note(`edit here ${record.id} ${rule.local} ${JSON.stringify(value)} ${JSON.stringify(before)}`);
			this.noteEdit('local', record.id, rule, before);
		}
		if (!this.random.chance(0.1)) this.hints.push({ side: 'local', id: record.id });
	}

	private editReference(record: LocalRecord): void {
		const reference = this.random.pick(REFERENCES);
		const value = randomReference(this.random, reference);
		this.local.edit(record, reference.field, value);
		this.counts.edits++;
		this.note(`refer here ${record.id} ${reference.field} ${JSON.stringify(value)}`);
	}

	private async editThere(): Promise<void> {
		const id = this.anyThere();
		const record = id === undefined ? undefined : this.recordOf(id);
		if (id === undefined || !record || record.archived) return;
		for (const rule of this.random.some(this.rules, 2)) {
			const link = await this.link(id);
			const before = this.state(id, rule, link);
			if (this.random.chance(TAKEN_BACK) && this.takeBackThere(id, record, rule, link)) continue;
			const value = this.random.chance(0.15) ? '' : freshValue(this.random, rule.kind, ++this.serial);
			if (value === '' && !record.fields.has(rule.external)) continue;
			this.remote.update(record, { [rule.external]: value }, 'person');
			this.note(`edit there ${id} ${rule.external} ${JSON.stringify(value)} ${JSON.stringify(before)}`);
			this.noteEdit('external', id, rule, before);
			if (!link?.externalId) this.history(id, rule).race();
		}
		if (!this.random.chance(0.1)) this.hints.push({ side: 'external', id });
	}

	private takeBackHere(record: LocalRecord, rule: SimulatedRule, link: LinkRow | undefined): boolean {
		const agreed = baseOf(link?.base, rule)?.local;
		if (agreed === undefined || sameValue(agreed, valueAt(record.fields, rule.local))) return false;
		const before = this.state(record.id, rule, link);
		this.local.edit(record, rule.local, agreed);
		this.note(`take back here ${record.id} ${rule.local} ${JSON.stringify(agreed)} ${JSON.stringify(before)}`);
		this.noteEdit('local', record.id, rule, before, true);
		return true;
	}

	private takeBackThere(id: string, record: RemoteRecord, rule: SimulatedRule, link: LinkRow | undefined): boolean {
		const agreed = baseOf(link?.base, rule)?.external;
		const value = agreed === null ? '' : String(agreed);
		if (agreed === undefined || value === (record.fields.get(rule.external) ?? '')) return false;
		const before = this.state(id, rule, link);
		this.remote.update(record, { [rule.external]: value }, 'person');
		this.note(`take back there ${id} ${rule.external} ${JSON.stringify(agreed)} ${JSON.stringify(before)}`);
		this.noteEdit('external', id, rule, before, true);
		return true;
	}

	/** Somebody takes back what a run was at when it was cut off: what it had done then looks as if it never was. */
	private async takeBackAfter(task: Task): Promise<void> {
		if (!this.random.chance(0.5)) return;
		const here = this.random.chance(0.5);
		for (const id of this.idsOf.get(task) ?? []) {
			const record = this.local.records.get(id);
			const there = this.recordOf(id);
			const link = await this.link(id);
			if (here && record && !record.deleted) this.takeReferencesBack(record, link);
			for (const rule of this.rules) {
				if (here && record && !record.deleted) this.takeBackHere(record, rule, link);
				if (!here && there && !there.archived) this.takeBackThere(id, there, rule, link);
			}
		}
	}

	private takeReferencesBack(record: LocalRecord, link: LinkRow | undefined): void {
		for (const reference of REFERENCES) {
			if (valueAt(record.fields, reference.field) === undefined) continue;
			const agreed = agreedReference(link, reference) ?? (reference.many ? [] : null);
			this.local.edit(record, reference.field, agreed);
			this.counts.edits++;
			this.note(`refer back here ${record.id} ${reference.field} ${JSON.stringify(agreed)}`);
		}
	}

	private async deleteSomewhere(): Promise<void> {
		if (!this.random.chance(0.5)) return;
		if (this.random.chance(0.5)) {
			const record = this.anyHere();
			if (!record) return;
			this.local.delete(record);
			this.deletedHere.add(record.id);
			this.hints.push({ side: 'local', id: record.id });
			this.note(`delete here ${record.id}`);
			return;
		}
		const id = this.anyThere();
		const record = id === undefined ? undefined : this.recordOf(id);
		if (id === undefined || !record || record.archived) return;
		this.remote.archive(record);
		// Gone before anybody knew it: the next run makes it anew.
		if ((await this.link(id))?.externalId) this.deletedThere.add(id);
		else this.lostUnknown.add(id);
		this.hints.push({ side: 'external', id });
		this.note(`delete there ${id}`);
	}

	/** A person finds a double of one of our records and merges the two, either way round. */
	private async mergeThere(): Promise<void> {
		const id = this.anyThere();
		const record = id === undefined ? undefined : this.recordOf(id);
		if (id === undefined || !record || record.archived) return;
		const link = await this.link(id);
		const states = this.rules.map((rule) => this.state(id, rule, link));
		const before = new Map(record.fields);
		const rule = this.random.pick(this.rules);
		const value = freshValue(this.random, rule.kind, ++this.serial);
		const double = this.remote.create('deals', { [rule.external]: value }, 'person');
		const [winner, loser] = this.random.chance(0.5) ? [record, double] : [double, record];
		const survivor = this.remote.merge(winner, loser, this.random.chance(0.3));
		this.note(`merge ${loser.id} into ${winner.id}, now ${survivor.id}, for ${id}`);
		this.rules.forEach((one, index) => {
			if (survivor.fields.get(one.external) === before.get(one.external)) return;
			survivor.edited.set(one.external, survivor.version);
			this.noteEdit('external', id, one, states[index]);
			if (!link?.externalId) this.history(id, one).race();
		});
		this.hints.push({ side: 'external', id });
	}

	/** A person decides one open conflict. */
	async decide(): Promise<boolean> {
		const page = await this.store.conflicts.page(this.tenant, { status: 'open' }, { limit: 100 });
		if (page.length === 0) return false;
		await this.decideOne(this.random.pick(page));
		return true;
	}

	private async decideOne(conflict: Conflict): Promise<void> {
		const rule = this.rules.find((one) => one.local === conflict.field);
		const choice = this.random.pick(['local', 'external', 'value'] as const);
		const value = rule && choice === 'value' ? freshLocal(this.random, rule.kind, ++this.serial) : undefined;
		const { interleave } = this.scheduler;
		this.scheduler.interleave = false;
		await resolveConflicts({ ...this.replication(), store: this.store }, { conflictId: conflict.id, choice, value });
		this.scheduler.interleave = interleave;
		this.counts.decisions++;
		this.note(`decide ${conflict.localId} ${conflict.field} ${choice} ${JSON.stringify(value)}`);
		if (rule) this.history(conflict.localId, rule).decided = true;
		this.hints.push({ side: 'local', id: conflict.localId });
	}

	private state(id: string, rule: SimulatedRule, link: LinkRow | undefined): { visible: boolean; settled: boolean } {
		const here = this.here(id, rule);
		const there = this.recordOf(id)?.fields.get(rule.external) ?? null;
		const base = baseOf(link?.base, rule);
		const local = valueAt(this.local.records.get(id)?.fields ?? {}, rule.local);
		const externalIsBase = base !== undefined && sameValue(base.external ?? null, there);
		// A field that says nothing here hides nothing either, as long as the other side is as it was agreed.
		const visible = here === undefined ? externalIsBase : here === there;
		const settled = visible && externalIsBase && (local === undefined || sameValue(base.local, local));
		return { visible, settled };
	}

	private noteEdit(
		side: 'local' | 'external',
		id: string,
		rule: SimulatedRule,
		before: { visible: boolean; settled: boolean } | undefined,
		back = false,
	): void {
		this.counts.edits++;
		const value = side === 'local' ? this.here(id, rule) : (this.recordOf(id)?.fields.get(rule.external) ?? null);
		const { visible = false, settled = false } = before ?? {};
		const history = this.history(id, rule);
		if (side === 'local')
			history.typed.add(JSON.stringify(valueAt(this.local.records.get(id)?.fields ?? {}, rule.local)));
		history.record(side, { at: ++this.serial, value: value ?? null, visible, settled, back });
	}

	/** Somebody mends what no run can carry over: values of the wrong type, and fields that say nothing. */
	async mend(): Promise<void> {
		for (const record of this.local.records.values()) {
			for (const rule of this.rules) {
				const here = this.here(record.id, rule);
				const link = await this.link(record.id);
				// Nothing is said of it any more, and a value of the wrong type is still to be brought over.
				const kept = here === undefined && valueAt(link?.unsent ?? {}, rule.local) === WRONG;
				const wrong = here?.startsWith('refused') || (here === undefined && rule.direction === 'both') || kept;
				if (!wrong) continue;
				const before = this.state(record.id, rule, link);
				this.local.edit(record, rule.local, this.fresh(rule));
				this.note(`mend ${record.id} ${rule.local}`);
				this.noteEdit('local', record.id, rule, before);
			}
		}
	}

	async link(id: string): Promise<LinkRow | undefined> {
		return (await this.table.findByLocalIds(this.tenant, [id]))[0];
	}

	private anyHere(): LocalRecord | undefined {
		const live = [...this.local.records.values()].filter((record) => !record.deleted);
		return live.length === 0 ? undefined : this.random.pick(live);
	}

	private anyThere(): string | undefined {
		const ids = [...this.local.records.keys()].filter((id) => this.recordOf(id) !== undefined);
		return ids.length === 0 ? undefined : this.random.pick(ids);
	}

	private fresh(rule: SimulatedRule): FieldValue {
		return freshLocal(this.random, rule.kind, ++this.serial);
	}

	tracing = false;
	note(line: string): void {
		if (this.tracing) this.trace.push(line);
	}
}
