// Loaded on first use by settings.ts, so that zod costs nothing until settings are read.
import { z } from 'zod';

import type { FieldValue } from '../adapters/adapter';
import { nearestName } from './nearest-name';
import { shownName } from './plain-json';
import type { SettingsInput } from './settings';

/** One fault of the settings, in words. */
export interface SettingsFault {
	path: string;
	wrong: string;
	remedy: string;
}

/** More at once would bury the first; the rest shows when these are mended. */
const MAX_FAULTS = 5;
const MAX_NAME = 200;

const name = z.string().min(1).max(MAX_NAME);
const share = z.number().min(0).max(1);
const count = z.number().int().min(0).max(1_000_000_000);

const fieldValue: z.ZodType<FieldValue> = z.lazy(() =>
	z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(fieldValue), z.record(fieldValue)]),
);

const scalar = z.union([z.string().max(MAX_NAME), z.number(), z.boolean(), z.null()], {
	errorMap: () => ({ message: `must be a text of at most ${MAX_NAME} characters, a number, true, false or null` }),
});

/** `{ "draft": "open" }` is the short form of `[{ "local": "draft", "external": "open" }]`. */
const pairs = (given: unknown): unknown =>
	typeof given === 'object' && given !== null && !Array.isArray(given)
		? Object.entries(given).map(([local, external]) => ({ local, external: external as unknown }))
		: given;

const transform = z
	.object({
		type: z.enum(['text', 'number', 'boolean', 'date', 'datetime']).optional(),
		timeZone: name.optional(),
		decimals: z.number().int().min(0).max(10).optional(),
		scale: z.number().int().min(-9).max(9).optional(),
		decimalMark: z.enum([',', '.']).optional(),
		trim: z.boolean().optional(),
		map: z
			.preprocess(
				pairs,
				z
					.array(z.object({ local: scalar, external: scalar }).strict())
					.min(1)
					.max(500),
			)
			.optional(),
		otherwise: z
			.union(
				[z.enum(['reject', 'pass']), z.object({ external: scalar.optional(), local: scalar.optional() }).strict()],
				{ errorMap: () => ({ message: 'must be reject, pass, or an object with the keys external and local' }) },
			)
			.optional(),
		default: fieldValue.optional(),
		join: z.array(name).min(1).max(20).optional(),
		separator: z.string().max(20).optional(),
	})
	.strict();

const fieldRule = z
	.object({
		local: name,
		external: name.optional(),
		direction: z.enum(['push', 'pull', 'both', 'none']).optional(),
		owner: z.enum(['local', 'external']).optional(),
		policy: z.enum(['owner', 'newer', 'onlyIfEmpty', 'manual']).optional(),
		strength: z.enum(['initial', 'onChange', 'enforced']).optional(),
		transform: transform.optional(),
	})
	.strict();

const entity = z
	.object({
		object: name.optional(),
		matchOn: name.optional(),
		localTable: name.optional(),
		onCreate: z.record(fieldValue).optional(),
		onDelete: z.enum(['ignore', 'unlink', 'archive']).optional(),
		source: z
			.object({
				id: name,
				changed: name,
				timeZone: name.optional(),
				lookbackSeconds: z.number().int().min(0).max(86_400).optional(),
				version: name.optional(),
			})
			.strict()
			.optional(),
		fields: z.array(fieldRule).max(500).optional(),
		associations: z
			.array(z.object({ local: name, entity: name }).strict())
			.max(50)
			.optional(),
	})
	.strict();

// Longest template, see lib/notifications/template.ts.
const template = z.string().min(1).max(20_000);

const message = z
	.object({ subject: z.string().min(1).max(1_000).optional(), text: template.optional(), rich: template.optional() })
	.strict();

const settings = z
	.object({
		entities: z.record(entity).optional(),
		retry: z
			.object({
				attempts: z.number().int().min(0).max(20).optional(),
				delaySeconds: z.number().min(1).max(86_400).optional(),
			})
			.strict()
			.optional(),
		leaseSeconds: z.number().int().min(10).max(3_600).optional(),
		syncLog: z.enum(['off', 'errors', 'all']).optional(),
		syncLogDays: z.number().int().min(1).max(3_650).optional(),
		// HubSpot repeats a delivery for a day: an event forgotten sooner would be taken for a new one.
		inboxDays: z.number().int().min(2).max(3_650).optional(),
		commandLogDays: z.number().int().min(7).max(3_650).optional(),
		aiTool: z.boolean().optional(),
		freeze: z
			.object({ flips: z.number().int().min(2).max(10).optional(), minutes: z.number().min(1).max(1_440).optional() })
			.strict()
			.optional(),
		brakes: z
			.object({
				deletes: share.optional(),
				deletesCount: count.optional(),
				changes: share.optional(),
				changesCount: count.optional(),
			})
			.strict()
			.optional(),
		messages: z.record(message).optional(),
		notificationDays: z.number().int().min(1).max(3_650).optional(),
	})
	.strict();

/** Either the settings, or the first faults in them. */
export function checkSettings(
	json: FieldValue,
): { input: SettingsInput; faults: [] } | { input: undefined; faults: SettingsFault[] } {
	const result = settings.safeParse(json);
	if (result.success) return { input: result.data, faults: [] };
	return { input: undefined, faults: result.error.issues.slice(0, MAX_FAULTS).map(asFault) };
}

function asFault(issue: z.ZodIssue): SettingsFault {
	const path = pathText(issue.path);
	switch (issue.code) {
		case 'unrecognized_keys':
			return unknownKey(issue.path, issue.keys[0] ?? '');
		case 'invalid_enum_value':
			return oneOf(path, issue.options.map(String), String(issue.received));
		case 'invalid_type':
			if (issue.received === 'undefined') {
				return { path, wrong: 'is missing', remedy: `Give ${path} as ${issue.expected}.` };
			}
			return {
				path,
				wrong: `must be ${article(issue.expected)}, not ${article(issue.received)}`,
				remedy: `Give ${path} as ${article(issue.expected)}.`,
			};
		case 'too_small':
			return limit(path, 'at least', issue.type, issue.minimum);
		case 'too_big':
			return limit(path, 'at most', issue.type, issue.maximum);
		case 'invalid_union':
			return { path, wrong: issue.message, remedy: `Correct ${path}.` };
		default:
			return { path, wrong: 'is not a plain JSON value', remedy: `Correct ${path}.` };
	}
}

function unknownKey(parent: Array<string | number>, key: string): SettingsFault {
	const known = knownKeys(settings, parent);
	const near = nearestName(key, known);
	return {
		path: pathText([...parent, key]),
		wrong: 'is not a known setting',
		remedy: `${near === undefined ? '' : `Did you mean ${near}? `}Known here: ${known.join(', ')}.`,
	};
}

/** The wrong value itself is shown only as the name it resembles: whatever else it is might be a secret. */
function oneOf(path: string, options: string[], received: string): SettingsFault {
	const near = nearestName(received, options);
	return {
		path,
		wrong: `must be one of ${options.join(', ')}`,
		remedy: near === undefined ? `Set ${path} to ${options.join(' or ')}.` : `Did you mean ${near} in ${path}?`,
	};
}

function limit(path: string, bound: string, type: string, amount: number | bigint): SettingsFault {
	const unit = type === 'string' ? ' characters long' : type === 'array' ? ' entries long' : '';
	const wrong = type === 'string' && amount === 1 ? 'must not be empty' : `must be ${bound} ${amount}${unit}`;
	return { path, wrong, remedy: `Change ${path}.` };
}

/** Names allowed at a path, read from the schema itself. */
function knownKeys(schema: z.ZodTypeAny, path: Array<string | number>): string[] {
	if (schema instanceof z.ZodOptional) return knownKeys(schema.unwrap() as z.ZodTypeAny, path);
	if (schema instanceof z.ZodEffects) return knownKeys(schema.innerType() as z.ZodTypeAny, path);
	const [head, ...rest] = path;
	if (schema instanceof z.ZodObject) {
		const shape = schema.shape as Record<string, z.ZodTypeAny>;
		if (head === undefined) return Object.keys(shape);
		const inner = shape[head];
		return inner === undefined ? [] : knownKeys(inner, rest);
	}
	if (schema instanceof z.ZodRecord || schema instanceof z.ZodArray) {
		return knownKeys((schema instanceof z.ZodArray ? schema.element : schema.valueSchema) as z.ZodTypeAny, rest);
	}
	return [];
}

function pathText(path: Array<string | number>): string {
	if (path.length === 0) return 'the whole value';
	return path
		.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${shownName(part)}`))
		.join('');
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : type === 'null' ? type : `a ${type}`);
