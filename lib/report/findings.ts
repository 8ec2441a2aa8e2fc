import type { Finding, HealthReport, IntegrationHealth, Severity } from './health';

/** A record that has waited so long is no passing matter. */
const STALE_MS = 60 * 60_000;
/** An event that nobody has taken for so long: its workflow is off, or n8n does not keep up. */
const EVENT_STALE_MS = 15 * 60_000;

const ORDER: readonly Severity[] = ['bad', 'warning', 'info'];

/** What of an integration's figures needs somebody, gravest first. Pure. */
export function findingsOf(health: Omit<IntegrationHealth, 'findings'>, now: Date): Finding[] {
	const findings: Finding[] = [];
	const add = (severity: Severity, message: string, remedy: string): number =>
		findings.push({ severity, message, remedy });
	if (health.error !== null) add('bad', health.error.message, health.error.remedy);
	for (const { message, remedy, since } of health.parked) {
		add('bad', `Nothing is called since ${since}, because the login was refused: ${message}`, remedy);
	}
	if (health.commands.counts.unknown > 0) {
		add(
			'bad',
			`${count(health.commands.counts.unknown, 'command')} of which nobody knows whether it was done.`,
			'Command → Get looks it up and repeats nothing; Command → Resolve is for what a person has found out.',
		);
	}
	if (!health.enabled) {
		add('info', 'Switched off: nothing is exchanged.', 'Integration → Enable switches it on again.');
	}
	for (const entity of health.entities) {
		const { links } = entity;
		if (links.failed > 0) {
			add(
				'bad',
				`${records(links.failed, entity.displayName)} given up after several tries.`,
				'See the reason with Link → Get Many (status Failed), mend it, then Record → Retry with "Include Those Given Up".',
			);
		}
		if (entity.inDoubt > 0) {
			add(
				'info',
				`${records(entity.inDoubt, entity.displayName)} in doubt after a run that died.`,
				'Nothing: the next run looks at both sides.',
			);
		}
		if (links.failed === 0 && older(entity.oldestUnsynced, STALE_MS, now)) {
			add(
				'warning',
				`The oldest unsynced ${entity.displayName} has waited since ${entity.oldestUnsynced}.`,
				'Check that the workflow which pushes or retries it is published.',
			);
		}
		for (const stop of entity.brakes) {
			add(
				'bad',
				`The brakes stopped a run at ${stop.at}: it wanted ${stop.wanted} ${stop.kind} of ${stop.total} ${entity.displayName} links.`,
				'Look at the records; if it is meant, run it again with "Go On Despite Brakes".',
			);
		}
	}
	if (health.conflicts.open > 0) {
		add('warning', `${count(health.conflicts.open, 'conflict')} to decide.`, 'Choose a side or a value below.');
	}
	if (older(health.events.oldestWaiting, EVENT_STALE_MS, now)) {
		add(
			'warning',
			`${count(health.events.waiting, 'event')} waiting, the oldest since ${health.events.oldestWaiting}.`,
			'Publish the workflow whose trigger is to get them, or see whether n8n keeps up.',
		);
	}
	if (health.events.unrouted > 0) {
		add(
			'warning',
			`${count(health.events.unrouted, 'event')} of accounts that no tenant has.`,
			'Give the account to its tenant with Integration → Configure (Account ID).',
		);
	}
	for (const { bucket, pausedMs, used } of health.budget) {
		if (pausedMs > 0) {
			add(
				'warning',
				`Calls (${bucket}) stand still for another ${seconds(pausedMs)}.`,
				'The system asked for it; wait.',
			);
		} else if (used > 1) {
			add('info', `Calls (${bucket}) queue: more are wanted than the system allows.`, 'Spread large runs over time.');
		}
	}
	return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** The gravest of all findings that is more than good to know. */
export function stateOf(integrations: readonly IntegrationHealth[]): HealthReport['state'] {
	const all = integrations.flatMap(({ findings }) => findings.map(({ severity }) => severity));
	return ORDER.find((severity) => severity !== 'info' && all.includes(severity)) ?? 'good';
}

function older(since: string | null, ms: number, now: Date): boolean {
	return since !== null && now.getTime() - new Date(since).getTime() > ms;
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const records = (number: number, what: string): string =>
	`${count(number, `${what} record`)} ${number === 1 ? 'is' : 'are'}`;
const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
