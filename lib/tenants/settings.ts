import type { AssociationRule, FieldRule, Fields } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { boundedJson } from './plain-json';

/** A field rule as a tenant writes it: what is left out comes from the adapter's rule for the same local field. */
export type FieldRuleSettings = Pick<FieldRule, 'local'> & Partial<Omit<FieldRule, 'local'>>;

/** What a tenant may set per entity; left-out parts come from the adapter's defaults. */
export interface EntitySettings {
	object?: string;
	matchOn?: string;
	localTable?: string;
	onCreate?: Fields;
	fields?: FieldRuleSettings[];
	associations?: AssociationRule[];
}

/** Settings of one integration with nothing left out (design 3.6). */
export interface Settings {
	entities: Record<string, EntitySettings>;
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
	syncLog: 'off' | 'errors' | 'all';
	/** Share of the links (0 to 1) above which a run stops and asks. */
	brakes: { deletes: number; changes: number };
}

/** Settings as a tenant writes and the store keeps them: only what differs from the defaults. */
export interface SettingsInput {
	entities?: Record<string, EntitySettings>;
	retry?: Partial<Settings['retry']>;
	leaseSeconds?: number;
	syncLog?: Settings['syncLog'];
	brakes?: Partial<Settings['brakes']>;
}

/** Largest settings of one integration, in characters of JSON. A hundred entities with fifty rules each fit. */
export const MAX_SETTINGS_CHARACTERS = 512 * 1024;

export const DEFAULT_SETTINGS: Settings = {
	entities: {},
	retry: { attempts: 3, delaySeconds: 60 },
	leaseSeconds: 120,
	syncLog: 'errors',
	brakes: { deletes: 0.05, changes: 0.2 },
};

/**
 * Checks what a tenant gave as settings: an object, or the same as one JSON text. Empty = `{}`.
 * Throws `rejected`, `settings_invalid`, listing up to five faults, each with its path, what is wrong and what is allowed.
 * Whether the rules make sense for an integration is for `buildBindings` to say.
 */
export async function parseSettings(given: unknown, integration: string): Promise<SettingsInput> {
	const what = `settings of integration ${integration}`;
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

/** Lays settings over the defaults. */
export function effectiveSettings(input: SettingsInput): Settings {
	return {
		entities: input.entities ?? {},
		retry: { ...DEFAULT_SETTINGS.retry, ...input.retry },
		leaseSeconds: input.leaseSeconds ?? DEFAULT_SETTINGS.leaseSeconds,
		syncLog: input.syncLog ?? DEFAULT_SETTINGS.syncLog,
		brakes: { ...DEFAULT_SETTINGS.brakes, ...input.brakes },
	};
}
