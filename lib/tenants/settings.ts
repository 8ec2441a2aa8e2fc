import type { AssociationRule, EntityBinding, FieldRule, Fields, RecordSource } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { boundedJson } from './plain-json';

/** A field rule as settings write it: what is left out comes from the level below, for the same local field. */
export type FieldRuleSettings = Pick<FieldRule, 'local'> &
	Partial<Omit<FieldRule, 'local' | 'direction'>> & {
		/** `none` switches the rules of the level below off: all of this local field, or the one to `external`. */
		direction?: FieldRule['direction'] | 'none';
	};

/** What settings may say per entity; left-out parts come from the level below. */
export interface EntitySettings {
	object?: string;
	matchOn?: string;
	localTable?: string;
	onCreate?: Fields;
	/** What a record deleted on one side means for the other. */
	onDelete?: EntityBinding['onDelete'];
	/** Where a table keeps id and time of change; replaces the level below as a whole. */
	source?: RecordSource;
	fields?: FieldRuleSettings[];
	associations?: AssociationRule[];
}

/** What is said of an event instead of the default: Liquid templates. */
export interface MessageSettings {
	subject?: string;
	text?: string;
	/** In the channel's own markup. */
	rich?: string;
}

/** Settings of one integration besides its entities, with nothing left out. */
export interface Settings {
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
	syncLog: 'off' | 'errors' | 'all';
	/** How long entries of the sync log are kept. */
	syncLogDays: number;
	/** How long webhook events and polled changes are kept; longer than a vendor repeats a delivery. */
	inboxDays: number;
	/** How long commands whose outcome is known are kept; for so long their keys are known. */
	commandLogDays: number;
	/** AI agents may carry out commands, where the integration leaves that to the site. */
	aiTool: boolean;
	/** A field that goes to and fro this often within this time waits for a person. */
	freeze: { flips: number; minutes: number };
	/**
	 * A run stops and asks when it would delete (or change) more than both the share of the links (0 to 1) and the count:
	 * in a small set a few records are a large share.
	 */
	brakes: { deletes: number; deletesCount: number; changes: number; changesCount: number };
	/** What is said of business events, by event, where it is not the default. */
	messages: Record<string, MessageSettings>;
	/** How long it is known which messages have gone out; one told again later goes out again. */
	notificationDays: number;
}

/** Settings as people write and the store keeps them: only what differs from the level below. */
export interface SettingsInput {
	entities?: Record<string, EntitySettings>;
	retry?: Partial<Settings['retry']>;
	leaseSeconds?: number;
	syncLog?: Settings['syncLog'];
	syncLogDays?: number;
	inboxDays?: number;
	commandLogDays?: number;
	aiTool?: boolean;
	freeze?: Partial<Settings['freeze']>;
	brakes?: Partial<Settings['brakes']>;
	messages?: Settings['messages'];
	notificationDays?: number;
}

/** Largest settings of one integration, in characters of JSON. A hundred entities with fifty rules each fit. */
export const MAX_SETTINGS_CHARACTERS = 512 * 1024;

export const DEFAULT_SETTINGS: Settings = {
	retry: { attempts: 3, delaySeconds: 60 },
	leaseSeconds: 120,
	syncLog: 'errors',
	syncLogDays: 90,
	inboxDays: 30,
	commandLogDays: 400,
	aiTool: false,
	freeze: { flips: 4, minutes: 10 },
	brakes: { deletes: 0.05, deletesCount: 10, changes: 0.2, changesCount: 100 },
	messages: {},
	notificationDays: 90,
};

/**
 * Checks what was given as settings: an object, or the same as one JSON text. Empty = `{}`.
 * @param whose the integration, and "for all tenants" where they are that
 * Throws `rejected`, `settings_invalid`, listing up to five faults, each with its path, what is wrong and what is allowed.
 * Whether the rules make sense for an integration is for `buildMappings` to say.
 */
export async function parseSettings(given: unknown, whose: string): Promise<SettingsInput> {
	const what = `settings of integration ${whose}`;
	const json = boundedJson(given, { what, code: 'settings_invalid', maxCharacters: MAX_SETTINGS_CHARACTERS });
	if (json === undefined) return {};
	const { checkSettings } = await import('./settings-schema');
	const { input, faults } = checkSettings(json);
	if (input !== undefined) return input;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'settings_invalid',
		message: `The ${what} are not valid: ${faults.map((fault) => `${fault.path} ${fault.wrong}`).join('; ')}.`,
		remedy: faults.map((fault) => fault.remedy).join(' '),
	});
}

/**
 * Looks at the templates in settings that are about to be saved: what is wrong with one is told now, not when an event comes.
 * @throws CrosslinkError `rejected` `settings_invalid`, naming the template, its line and the reason
 */
export async function refuseWrongMessages({ messages }: SettingsInput, whose: string): Promise<void> {
	if (messages === undefined) return;
	const { checkMessages } = await import('../notifications/messages');
	await checkMessages(messages, whose);
}

/** Lays settings over the defaults, level by level: the last one given wins. */
export function effectiveSettings(...inputs: SettingsInput[]): Settings {
	return inputs.reduce<Settings>(
		(below, input) => ({
			retry: { ...below.retry, ...input.retry },
			leaseSeconds: input.leaseSeconds ?? below.leaseSeconds,
			syncLog: input.syncLog ?? below.syncLog,
			syncLogDays: input.syncLogDays ?? below.syncLogDays,
			inboxDays: input.inboxDays ?? below.inboxDays,
			commandLogDays: input.commandLogDays ?? below.commandLogDays,
			aiTool: input.aiTool ?? below.aiTool,
			freeze: { ...below.freeze, ...input.freeze },
			brakes: { ...below.brakes, ...input.brakes },
			messages: withMessages(below.messages, input.messages),
			notificationDays: input.notificationDays ?? below.notificationDays,
		}),
		DEFAULT_SETTINGS,
	);
}

/** Part by part, except that a new text takes the rich form of the level below with it: that would say something else. */
function withMessages(below: Settings['messages'], given: Settings['messages'] = {}): Settings['messages'] {
	const merged = Object.entries(given).map(([event, message]): [string, MessageSettings] => {
		const { rich, ...rest } = Object.hasOwn(below, event) ? (below[event] ?? {}) : {};
		return [event, { ...rest, ...(message.text === undefined && rich !== undefined && { rich }), ...message }];
	});
	return { ...below, ...Object.fromEntries(merged) };
}
