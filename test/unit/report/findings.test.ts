import { findingsOf, stateOf } from '../../../lib/report/findings';
import type { EntityHealth, IntegrationHealth } from '../../../lib/report/health';

const NOW = new Date('2026-11-28T12:00:00.000Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();

const NO_COMMANDS = { running: 0, waiting: 0, unknown: 0, succeeded: 0, failed: 0 };

function entity(more: Partial<EntityHealth> = {}): EntityHealth {
	return {
		entity: 'order',
		displayName: 'Order',
		links: { pending: 0, synced: 10, conflict: 0, failed: 0, deleted: 0 },
		inDoubt: 0,
		oldestUnsynced: null,
		lastSyncedAt: ago(1),
		synced: [0, 10],
		brakes: [],
		...more,
	};
}

function integration(more: Partial<IntegrationHealth> = {}): IntegrationHealth {
	return {
		tenant: 'default',
		integration: 'hubspot',
		displayName: 'HubSpot',
		mode: 'cloud',
		enabled: true,
		findings: [],
		entities: [entity()],
		events: { received: [0, 1], echoes: [0, 0], waiting: 0, inHand: 0, oldestWaiting: null, unrouted: 0 },
		failures: [0, 0],
		conflicts: { open: 0, shown: [] },
		commands: { counts: NO_COMMANDS, inDoubt: [] },
		parked: [],
		budget: [],
		error: null,
		...more,
	};
}

const told = (more: Partial<IntegrationHealth>) =>
	findingsOf(integration(more), NOW).map(({ severity, message }) => `${severity}: ${message}`);

it('has nothing to say where all is well', () => {
	expect(told({})).toEqual([]);
	expect(stateOf([integration()])).toBe('good');
});

it.each([
	[
		{ entities: [entity({ links: { pending: 0, synced: 0, conflict: 0, failed: 2, deleted: 0 } })] },
		'bad: 2 Order records are given up after several tries.',
	],
	[{ entities: [entity({ inDoubt: 1 })] }, 'info: 1 Order record is in doubt after a run that died.'],
	[
		{ entities: [entity({ oldestUnsynced: ago(61) })] },
		`warning: The oldest unsynced Order has waited since ${ago(61)}.`,
	],
	[{ conflicts: { open: 1, shown: [] } }, 'warning: 1 conflict to decide.'],
	[
		{ events: { ...integration().events, waiting: 3, oldestWaiting: ago(16) } },
		`warning: 3 events waiting, the oldest since ${ago(16)}.`,
	],
	[{ events: { ...integration().events, unrouted: 1 } }, 'warning: 1 event of accounts that no tenant has.'],
	[
		{ budget: [{ bucket: 'search', used: 0, pausedMs: 1_500 }] },
		'warning: Calls (search) stand still for another 2 s.',
	],
	[
		{ budget: [{ bucket: 'search', used: 1.2, pausedMs: 0 }] },
		'info: Calls (search) queue: more are wanted than the system allows.',
	],
	[
		{ commands: { counts: { ...NO_COMMANDS, unknown: 1 }, inDoubt: [] } },
		'bad: 1 command of which nobody knows whether it was done.',
	],
	[
		{ parked: [{ source: 'tenant', message: 'Wrong token.', remedy: 'Make a new one.', since: ago(3) }] },
		`bad: Nothing is called since ${ago(3)}, because the login was refused: Wrong token.`,
	],
	[{ enabled: false }, 'info: Switched off: nothing is exchanged.'],
	[{ error: { class: 'auth' as const, code: 'x', message: 'No token.', remedy: 'Give one.' } }, 'bad: No token.'],
	[
		{ entities: [entity({ brakes: [{ kind: 'deletes', wanted: 50, total: 100, at: ago(5) }] })] },
		`bad: The brakes stopped a run at ${ago(5)}: it wanted 50 deletes of 100 Order links.`,
	],
] as Array<[Partial<IntegrationHealth>, string]>)('tells what is the matter, with a remedy: %#', (more, expected) => {
	expect(told(more)).toEqual([expected]);
	for (const { remedy } of findingsOf(integration(more), NOW)) expect(remedy).toMatch(/\.$/);
});

it('waits a while before it calls something late', () => {
	expect(told({ entities: [entity({ oldestUnsynced: ago(59) })] })).toEqual([]);
	expect(told({ events: { ...integration().events, waiting: 3, oldestWaiting: ago(14) } })).toEqual([]);
});

it('puts the gravest first, and takes it for the state of the whole', () => {
	const findings = findingsOf(
		integration({
			enabled: false,
			conflicts: { open: 1, shown: [] },
			error: { class: 'auth', code: 'x', message: 'No token.', remedy: 'Give one.' },
		}),
		NOW,
	);
	expect(findings.map(({ severity }) => severity)).toEqual(['bad', 'warning', 'info']);
	expect(stateOf([integration(), integration({ findings })])).toBe('bad');
	expect(stateOf([integration({ findings: findings.slice(1) })])).toBe('warning');
	expect(stateOf([integration({ findings: findings.slice(2) })])).toBe('good');
});
