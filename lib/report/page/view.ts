import type { FieldValue } from '../../adapters/adapter';
import type { HealthReport, IntegrationHealth, Severity } from '../health';
import type { Series } from './charts';

const STATE_TEXT: Record<Severity | 'good', string> = {
	good: 'All well',
	info: 'All well',
	warning: 'Needs a look',
	bad: 'Needs somebody',
};
const PERIOD_TEXT: Record<HealthReport['period'], string> = { day: '24 hours', week: '7 days', month: '30 days' };
/** Longest value shown, in characters: the whole is in Link → Get Conflicts. */
const MAX_VALUE = 160;

/** Where a person decides and retries: the address of a form; its fields come filled from the query. */
export type Desk = string | undefined;

/** A chart as it is drawn and as it is told. */
export interface ChartView {
	title: string;
	summary: string;
	names: string[];
	rows: Array<{ label: string; values: number[] }>;
	series: Series[];
	labels: string[];
}

/** The report in the words and forms of the page. Pure; escaping is the template's. */
export function viewOf(report: HealthReport, title: string, desk: Desk) {
	return {
		title,
		madeAt: minute(report.madeAt),
		period: PERIOD_TEXT[report.period],
		state: report.state === 'info' ? 'good' : report.state,
		stateText: STATE_TEXT[report.state],
		integrations: report.integrations.map((one, index) => integrationView(report, one, index, desk)),
		footer: 'Times are UTC. "In step" counts each record once, when it was last brought in step.',
	};
}

function integrationView(report: HealthReport, one: IntegrationHealth, index: number, desk: Desk) {
	const gravest = one.findings.find(({ severity }) => severity !== 'info')?.severity ?? 'good';
	const about = { Tenant: one.tenant, Integration: one.integration };
	return {
		id: `integration-${index + 1}`,
		displayName: one.displayName,
		tenant: one.tenant,
		mode: one.mode,
		state: one.enabled ? gravest : 'info',
		stateText: one.enabled ? STATE_TEXT[gravest] : 'Switched off',
		findings: one.findings,
		desk: desk !== undefined,
		entities: one.entities.map((entity) => ({
			displayName: entity.displayName,
			links: entity.links,
			oldest: age(entity.oldestUnsynced, report.madeAt),
			last: entity.lastSyncedAt === null ? 'never' : age(entity.lastSyncedAt, report.madeAt),
			retry:
				entity.links.failed + entity.links.pending > 0
					? deskLink(desk, { Action: 'Retry', ...about, Entity: entity.entity })
					: null,
		})),
		charts: chartsOf(report, one),
		conflicts: one.conflicts.shown.map((conflict) => ({
			record: `${conflict.entity} ${conflict.localId}`,
			field: conflict.field === '' ? 'which record is meant' : conflict.field,
			local: shown(conflict.local),
			external: shown(conflict.external),
			base: shown(conflict.base),
			since: age(conflict.since, report.madeAt),
			decide: deskLink(desk, {
				Action: 'Decide',
				...about,
				Entity: conflict.entity,
				Record: conflict.localId,
				Conflict: conflict.conflictId,
			}),
		})),
		moreConflicts: one.conflicts.open - one.conflicts.shown.length,
		commands: one.commands.inDoubt.map((command) => ({
			name: command.kind === 'compensate' ? `undoing of ${command.command}` : command.command,
			key: shown(command.idempotencyKey),
			why: shown(command.message),
			since: age(command.since, report.madeAt),
		})),
		budget: one.budget.map(({ bucket, used }) => ({
			name: bucket,
			value: Math.min(used, 1).toFixed(2),
			percent: `${Math.round(used * 100)} %`,
		})),
	};
}

function chartsOf(report: HealthReport, one: IntegrationHealth): ChartView[] {
	const synced = sum(
		one.entities.map((entity) => entity.synced),
		report.steps,
	);
	const charts = [
		chart(report, 'Records brought in step, and failures', [
			{ name: 'In step', values: synced, colour: '--good' },
			{ name: 'Failures', values: one.failures, colour: '--bad' },
		]),
		chart(report, 'Events', [
			{ name: 'Received', values: one.events.received, colour: '--event' },
			{ name: 'Own writes coming back', values: one.events.echoes, colour: '--muted' },
		]),
	];
	return charts.filter(({ rows }) => rows.some(({ values }) => values.some((value) => value > 0)));
}

function chart(report: HealthReport, title: string, series: Series[]): ChartView {
	const starts = Array.from({ length: report.steps }, (_, step) =>
		new Date(new Date(report.from).getTime() + step * report.stepSeconds * 1000).toISOString(),
	);
	const totals = series.map(({ name, values }) => `${name}: ${values.reduce((all, value) => all + value, 0)}`);
	return {
		title,
		summary: `${title}, the last ${PERIOD_TEXT[report.period]}. ${totals.join(', ')}.`,
		names: series.map(({ name }) => name),
		rows: starts.map((start, step) => ({
			label: minute(start),
			values: series.map(({ values }) => values[step] ?? 0),
		})),
		series,
		labels: starts.map((start) => (report.period === 'day' ? start.slice(11, 16) : start.slice(5, 10))),
	};
}

/** The form's address with its fields filled, by their labels; null where there is no form. */
function deskLink(desk: Desk, fields: Record<string, string>): string | null {
	if (desk === undefined) return null;
	const url = new URL(desk);
	for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
	return url.toString();
}

function shown(value: FieldValue): string {
	if (value === null) return '(empty)';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}

function sum(lists: readonly number[][], length: number): number[] {
	return Array.from({ length }, (_, step) => lists.reduce((all, list) => all + (list[step] ?? 0), 0));
}

const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)}`;

const UNITS: ReadonlyArray<[ms: number, name: string]> = [
	[86_400_000, 'day'],
	[3_600_000, 'hour'],
	[60_000, 'minute'],
];

/** How long ago, in its largest unit: `3 hours ago`. */
function age(time: string | null, now: string): string {
	if (time === null) return 'none';
	const ms = new Date(now).getTime() - new Date(time).getTime();
	for (const [length, name] of UNITS) {
		const count = Math.floor(ms / length);
		if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'} ago`;
	}
	return 'just now';
}
