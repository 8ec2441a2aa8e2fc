import type { FieldRule, FieldValue, Transform, ValueType } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { toExternal } from '../sync/transform';
import { isTimeZone } from '../sync/transform/time-zone';
import type { RuleFault } from './binding-checks';
import { nearestName } from './nearest-name';
import { shownName } from './plain-json';

/** Options that make sense for some types only. */
const TYPES_OF: Partial<Record<keyof Transform, ValueType[]>> = {
	timeZone: ['date', 'datetime'],
	decimals: ['number'],
	scale: ['number'],
	decimalMark: ['number'],
};

/** The first thing wrong with how a rule turns its values, or undefined. */
export function transformFault(rule: FieldRule, at: string): RuleFault | undefined {
	const { transform } = rule;
	if (transform === undefined) return undefined;
	return (
		typeFault(transform, at) ??
		zoneFault(transform, at) ??
		joinFault(rule, transform, at) ??
		mapFault(rule, transform, at) ??
		defaultFault(rule, transform, at)
	);
}

function typeFault(transform: Transform, at: string): RuleFault | undefined {
	for (const [option, types] of Object.entries(TYPES_OF)) {
		if (transform[option as keyof Transform] === undefined) continue;
		if (transform.type !== undefined && types.includes(transform.type)) continue;
		return {
			at,
			reason: `has "${option}", which is for the type ${types.join(' or ')} only`,
			remedy: `Set transform.type to ${types.join(' or ')}, or take "${option}" out.`,
		};
	}
	return undefined;
}

function zoneFault({ timeZone }: Transform, at: string): RuleFault | undefined {
	if (timeZone === undefined || isTimeZone(timeZone)) return undefined;
	const near = nearestName(timeZone, Intl.supportedValuesOf('timeZone'));
	return {
		at,
		reason: `has the time zone "${shownName(timeZone)}", which does not exist`,
		remedy: near === undefined ? 'Give a name such as Europe/Berlin or UTC.' : `Did you mean ${near}?`,
	};
}

const NOT_WITH_JOIN = ['decimals', 'scale', 'decimalMark', 'timeZone', 'map', 'otherwise'] as const;

function joinFault(rule: FieldRule, transform: Transform, at: string): RuleFault | undefined {
	if (transform.join === undefined) {
		if (transform.separator === undefined) return undefined;
		return { at, reason: 'has a separator, but nothing to join', remedy: 'Give "join", or take "separator" out.' };
	}
	if (rule.direction !== 'push') {
		return {
			at,
			reason: `joins fields with direction ${rule.direction}, but a joined text cannot be taken apart again`,
			remedy: 'Set its direction to push; pull the parts by rules of their own.',
		};
	}
	const wrong = NOT_WITH_JOIN.find((option) => transform[option] !== undefined);
	if (wrong !== undefined || (transform.type !== undefined && transform.type !== 'text')) {
		return {
			at,
			reason: `joins fields, which gives a text, but has ${wrong === undefined ? `the type ${transform.type}` : `"${wrong}"`}`,
			remedy: `Take ${wrong === undefined ? 'transform.type' : `"${wrong}"`} out.`,
		};
	}
	return undefined;
}

function mapFault(rule: FieldRule, transform: Transform, at: string): RuleFault | undefined {
	const { map, type } = transform;
	if (map === undefined) {
		if (transform.otherwise === undefined) return undefined;
		return { at, reason: 'has "otherwise", but no map', remedy: 'Give "map", or take "otherwise" out.' };
	}
	if (type === 'date' || type === 'datetime' || transform.decimals !== undefined || transform.scale !== undefined) {
		return {
			at,
			reason: 'has a map besides a date type, decimals or a scale',
			remedy: 'A map is for choices: leave the rest out.',
		};
	}
	const seen = new Set<string>();
	for (const { local } of map) {
		const key = local === '' ? 'null' : JSON.stringify(local === null ? null : String(local));
		if (seen.has(key)) {
			return {
				at,
				reason: `maps the local value "${shownName(String(local))}" twice`,
				remedy: 'Keep one of the two; several local values may go to one external value.',
			};
		}
		seen.add(key);
		const fault = unfit(rule, { type }, local, `${at}: map`);
		if (fault !== undefined) return fault;
	}
	return undefined;
}

function defaultFault(rule: FieldRule, transform: Transform, at: string): RuleFault | undefined {
	if (transform.default === undefined) return undefined;
	return unfit(rule, transform, transform.default, `${at}: default`);
}

/** A value that the transform itself would not take. */
function unfit(rule: FieldRule, transform: Transform, value: FieldValue, at: string): RuleFault | undefined {
	try {
		toExternal({ ...rule, transform }, value);
		return undefined;
	} catch (thrown) {
		if (!(thrown instanceof CrosslinkError)) throw thrown;
		return { at, reason: `has a value that does not fit: ${thrown.message.replace(/\.$/, '')}`, remedy: thrown.remedy };
	}
}
