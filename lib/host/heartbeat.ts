import type { Logger } from 'n8n-workflow';
import type { Store, Taking } from '../store/store';
import { asCrosslinkError } from '../errors';
import { grouped } from '../grouped';

/** How long events stay with an execution whose process is not heard of, in seconds. */
export const LEASE_SECONDS = 60;

/** Three beats fit into a lease, so that one that fails does no harm. */
const BEAT_MS = (LEASE_SECONDS * 1_000) / 3;

/** After so long an execution most likely waits for somebody; it then counts as done. */
const LONGEST_MS = 60 * 60 * 1_000;

/** Events that an execution of this process has in hand. */
interface Held {
	taking: Taking;
	since: number;
	/** The execution has ended, and the store does not know it yet. */
	over: boolean;
	/** Gives the store back. */
	release(): void;
}

interface HeldInStore {
	takings: Map<string, Held>;
	/** Notes the end of an execution together with others that end now. */
	end(taking: Taking): Promise<true>;
	/** The last beat failed, and it was said. */
	failing: boolean;
	logger: Logger;
}

/** By store: one timer renews what all executions of this process have in hand. */
const stores = new Map<Store, HeldInStore>();
let timer: NodeJS.Timeout | undefined;

/** Renews the leases of an execution until {@link endTaking}; the store is given back then. */
export function holdTaking(store: Store, taking: Taking, logger: Logger, release: () => void): void {
	const held = stores.get(store) ?? heldIn(store, logger);
	stores.set(store, held);
	held.logger = logger;
	held.takings.set(nameOf(taking), { taking, since: Date.now(), over: false, release });
	timer ??= setInterval(() => void beat(), BEAT_MS).unref();
}

/**
 * The execution is over: its events do not come up again. When the store cannot be reached, that is noted with a later
 * beat; never throws.
 */
export async function endTaking(store: Store, taking: Taking): Promise<void> {
	const held = stores.get(store);
	const one = held?.takings.get(nameOf(taking));
	if (held === undefined || one === undefined) return;
	one.over = true;
	try {
		await held.end(taking);
		letGo(store, held, one);
	} catch (thrown) {
		complain(held, thrown);
	}
}

/** Renews every lease, and notes what could not be noted when it ended. Exported for tests, which need not wait. */
export async function beat(now = Date.now()): Promise<void> {
	for (const [store, held] of stores) {
		const all = [...held.takings.values()];
		const over = all.filter((one) => one.over || now - one.since > LONGEST_MS);
		const running = all.filter((one) => !over.includes(one));
		try {
			if (running.length > 0) {
				await store.deliveries.renew(
					running.map(({ taking }) => taking),
					LEASE_SECONDS,
				);
			}
			if (over.length > 0) await store.deliveries.done(over.map(({ taking }) => taking));
			for (const one of over) letGo(store, held, one);
			held.failing = false;
		} catch (thrown) {
			complain(held, thrown);
		}
	}
}

function heldIn(store: Store, logger: Logger): HeldInStore {
	const end = grouped(async (takings: Taking[]) => {
		await store.deliveries.done(takings);
		return takings.map(() => true as const);
	});
	return { takings: new Map(), end, failing: false, logger };
}

function letGo(store: Store, held: HeldInStore, one: Held): void {
	if (!held.takings.delete(nameOf(one.taking))) return;
	one.release();
	if (held.takings.size > 0) return;
	stores.delete(store);
	if (stores.size > 0) return;
	clearInterval(timer);
	timer = undefined;
}

/** Once, until it works again: every beat would say the same. */
function complain(held: HeldInStore, thrown: unknown): void {
	if (held.failing) return;
	held.failing = true;
	const error = asCrosslinkError(thrown);
	held.logger.warn(
		`Crosslink cannot tell its store which events are in hand or done: ${error.message} If that lasts longer than ${LEASE_SECONDS} s, they start the workflow again. ${error.remedy}`,
	);
}

function nameOf({ receiver, taker }: Taking): string {
	return `${receiver} ${taker}`;
}
