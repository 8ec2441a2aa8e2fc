import type { CrosslinkError } from '../errors';
import type { BucketLimit } from '../transport/budget';
import type { Egress } from '../transport/egress';
import type { Transport } from '../transport/transport';
import type { CommandAdapter, CommandDescription } from './command';
import type { Choice, Fields, FieldValue } from './field-value';
import type { NotificationAdapter, NotificationDescription } from './notification';
import type { QueryAdapter, QueryDescription } from './query';

export type { Choice, Fields, FieldValue };

/** Where an integration runs: the vendor's cloud, or a system inside the customer's own network. */
export type Mode = 'cloud' | 'onprem';

/** One mapping line between a local field and an external field (design: field rule). */
export interface FieldRule {
	/** Local field name, or a dotted path such as `custom_fields.po`. */
	local: string;
	/** Field name in the external system, in the vendor's spelling. */
	external: string;
	direction: 'push' | 'pull' | 'both';
	/** Which side wins when `policy` is `owner`. */
	owner: 'local' | 'external';
	/** What happens when both sides changed since the base. */
	policy: 'owner' | 'newer' | 'onlyIfEmpty' | 'manual';
	/** `initial`: only when the record is created; `onChange`: when the source side changed; `enforced`: also undo foreign edits. */
	strength: 'initial' | 'onChange' | 'enforced';
	/** How a value is turned on its way; left out = passed as it comes. */
	transform?: Transform;
}

/** What a field of your system holds. */
export type ValueType = 'text' | 'number' | 'boolean' | 'date' | 'datetime';

/** A value that an enumeration knows; null = empty. */
export type Scalar = string | number | boolean | null;

/** How one field's value is turned between the form of your system and that of the other side; see docs/field-rules.md. */
export interface Transform {
	/** What the local side holds. */
	type?: ValueType;
	/**
	 * IANA name, for `date` and `datetime`. A local date goes out as the first instant of that day there; a local time
	 * without an offset is the wall time there. On the way in both are given as they are there.
	 */
	timeZone?: string;
	/** Numbers are rounded to so many places of the external value, half away from zero. */
	decimals?: number;
	/** The local number counts units of 10^-scale: 2 = cents here, euros there. */
	scale?: number;
	/** How local numbers are written where they are text: `,` takes `1.234,56`. */
	decimalMark?: '.' | ',';
	/** Blanks around texts are taken away, both ways. */
	trim?: boolean;
	/** Local value to external value. Several locals may go to one external value; on the way back the first is taken. */
	map?: Array<{ local: Scalar; external: Scalar }>;
	/** Values the map does not have; an object gives what stands for them, per side. Left out = `reject`. */
	otherwise?: 'reject' | 'pass' | { external?: Scalar; local?: Scalar };
	/** Local value that goes out where the field is empty, or absent from a new record. */
	default?: FieldValue;
	/** Local fields whose values are joined into one external text; push only. `local` then only names the rule. */
	join?: string[];
	/** Between joined values; left out = one blank. */
	separator?: string;
}

/** A record reference held in a local field, kept as an association on the other side. */
export interface AssociationRule {
	/** Local field that holds the other record's local id, e.g. `companyId`. */
	local: string;
	/** Entity of the other record, e.g. `company`. */
	entity: string;
}

/** What an adapter maps one entity to, before the tenant's own settings are laid over it. */
export interface EntityDefaults {
	entity: string;
	/** Singular, as shown in n8n: `Order`. */
	displayName: string;
	/** The vendor's object, e.g. `deals`. */
	object: string;
	fields: FieldRule[];
	associations: AssociationRule[];
	/** Columns of this integration's own in the link table, filled from external fields of the same record. */
	linkColumns: Array<{ column: string; external: string }>;
}

/** An entity as the engine and the adapter use it: defaults with the tenant's settings laid over them. */
export interface EntityBinding extends EntityDefaults {
	/** External field with unique values that carries our key; set by the adapter's defaults or by `matchOn`. */
	keyField: string;
	/** Local field whose value is the key; undefined = Crosslink's own key made of tenant and local id. */
	matchOn?: string;
	/** What follows when one side has deleted a record; the other side's record is touched by `archive` only. */
	onDelete: 'ignore' | 'unlink' | 'archive';
	/** External fields that a new record gets besides the mapped ones, e.g. `{ pipeline: 'default' }`. */
	onCreate: Fields;
	/** Table of your own system that this entity's links refer to by a foreign key. */
	localTable?: string;
	/** Where the object keeps id and time of change, for systems in which every object may keep them elsewhere. */
	source?: RecordSource;
}

/** Which fields of an object tell its records apart and when they changed; tables have no fixed place for either. */
export interface RecordSource {
	/** Field with the record's id, unique and never empty. */
	id: string;
	/** Field that grows whenever the record changes: a time, or what the adapter says it can follow. */
	changed: string;
	/** IANA name of the zone that times without one are in; left out = the system's own. */
	timeZone?: string;
	/** How far polling reaches back behind what it has seen, in seconds; left out = what the adapter finds needed. */
	lookbackSeconds?: number;
	/** Field that tells whether a record is still as it was read, such as the counter of an optimistic lock; left out = `changed`. */
	version?: string;
}

/** Facts an adapter states about its system. The conformance kit checks them, the engine obeys them. */
export interface Promises {
	/** Records in one call. */
	batchSize: { read: number; upsert: number; associate: number };
	/** A create carries our key, so that repeating it after a lost answer finds the same record. */
	upsertByKey: boolean;
	/** `changesSince` yields ascending cursors; never loses a record with an equal timestamp. */
	sortedCursor: boolean;
	/** Milliseconds between two distinguishable modification times. */
	timestampResolutionMs: number;
	/** How long a change may stay invisible to `changesSince`, in milliseconds. */
	indexingDelayMs: number;
	/** The system may store a value in another form than it was sent (trimmed, rounded). */
	normalisesValues: boolean;
	/** One bad record in a batch leaves the others done. */
	partialBatchFailure: boolean;
	/** Records can be merged; old ids then answer for the survivor or are listed as its aliases. */
	merges: boolean;
	/** An empty value clears a field. */
	clearsFields: boolean;
	/** `upsert` obeys `onlyIf`: a write never lands on an edit that was made since the record was read. Left out = it cannot. */
	conditionalWrites?: true;
}

/** One field of the connected account. */
export interface ExternalField {
	name: string;
	label: string;
	type: 'string' | 'number' | 'boolean' | 'date' | 'datetime' | 'enumeration';
	readOnly: boolean;
	unique: boolean;
	choices?: Choice[];
}

/** An entity in the connected account, read live. */
export interface ExternalSchema {
	object: string;
	fields: ExternalField[];
	/** Pipelines with their stages, for objects that have them. */
	pipelines: Array<Choice & { stages: Choice[] }>;
}

/** A record as the other side has it. `fields` values are in the vendor's own form (HubSpot: strings). */
export interface ExternalRecord {
	/** The id under which it was asked for; differs from `externalId` when that record was merged away. */
	requestedId?: string;
	externalId: string;
	fields: Fields;
	/** The vendor's own version or modification time, comparable for equality only. */
	version: string | null;
	/** When the other side last changed it; null when the vendor does not say. */
	modifiedAt: Date | null;
	/** Ids of records merged into this one. */
	aliases: string[];
	deleted: boolean;
}

export interface UpsertRecord {
	/** Our own name of this record within the batch; results are matched by it, never by position. */
	ref: string;
	/** Set = update this record; unset = create, or find by `key`. */
	externalId?: string;
	key: { field: string; value: string };
	/** External field values to write; null or '' clears. */
	fields: Fields;
	/**
	 * Write only while the record still has this version and these values; otherwise `transient`, `record_moved`, and nothing
	 * is written. Only where the adapter promises `conditionalWrites`.
	 */
	onlyIf?: Pick<ExternalRecord, 'version' | 'fields'>;
}

export type UpsertResult =
	| { ref: string; ok: true; created: boolean; record: ExternalRecord }
	| { ref: string; ok: false; error: CrosslinkError };

export interface AssociationChange {
	ref: string;
	fromId: string;
	toId: string;
	action: 'add' | 'remove';
}

export type AssociationResult = { ref: string; ok: true } | { ref: string; ok: false; error: CrosslinkError };

/** `gone`: it was not there any more, which is as good. */
export type RemoveResult = { ref: string; ok: true; gone: boolean } | { ref: string; ok: false; error: CrosslinkError };

/** A webhook request as it arrived; nothing in it is trusted yet. */
export interface WebhookRequest {
	method: string;
	/** The URL the vendor called, as configured with the vendor; never rebuilt from the Host header. */
	publicUrl: string;
	headers: Record<string, string | undefined>;
	rawBody: Buffer;
	receivedAt: Date;
}

/** `noSecret`: nothing is configured to check signatures with, so that every request is refused. */
export type WebhookVerdict = { ok: true } | { ok: false; reason: string; noSecret?: true };

/** One received event, before the tenant is known. */
export interface WebhookEvent {
	/** Unique per event, equal for re-deliveries of the same event. */
	eventId: string;
	/** The vendor account it came from (HubSpot: portal id). */
	accountId: string;
	/** Vendor object, e.g. `deals`; the binding maps it to an entity. */
	object: string;
	externalId: string;
	event: 'created' | 'updated' | 'deleted' | 'merged' | 'restored';
	occurredAt: Date;
	/** Id that now stands for this record (merges). */
	survivorId?: string;
	mergedIds?: string[];
	/** External field and its new value, where the event names one: tells our own write coming back. */
	changed?: { field: string; value: FieldValue };
	raw: FieldValue;
}

/** Where polling has got to: opaque to everyone but the adapter, small, JSON. */
export type Cursor = Fields;

export interface ChangePage {
	records: ExternalRecord[];
	cursor: Cursor;
	/** False = nothing more for now. */
	more: boolean;
}

export interface PrepareResult {
	/** One line for each thing looked at: `created` or `present`. */
	steps: Array<{ name: string; outcome: 'created' | 'present' }>;
}

export interface TestResult {
	/** The vendor account reached, e.g. a portal id. */
	accountId: string;
	message: string;
}

/** One value of a connection: becomes an environment name, a credential field and a tenant setting alike. */
export interface ConnectionField {
	/** Camel case, as in the credential: `accessToken`; the environment says `ACCESS_TOKEN`. */
	name: string;
	displayName: string;
	secret: boolean;
	required: boolean;
	default?: string;
	/**
	 * The value may be the absolute path of a file instead. The adapter gets what is in it: `text` as it stands, `binary` in
	 * base64. Whose paths are read: `lib/tenants/value-files.ts`.
	 */
	file?: 'text' | 'binary';
}

export type ConnectionValues = Record<string, string>;

/** What an adapter gets to work with. It never sees the store. */
export interface AdapterContext {
	connection: ConnectionValues;
	transport: Transport;
	/** The execution's cancel signal, for adapters that do not go through `transport` (databases, directories). */
	signal?: AbortSignal;
	/** To be asked before a socket is opened past `transport`; left out where there is no n8n (tests, tools). */
	egress?: Egress;
	/**
	 * The secret that signs this tenant's webhooks, where one was stored apart from the connection; it then wins over
	 * the connection's own. Throws when it cannot be opened.
	 */
	webhookSecret?(): string | undefined;
}

/**
 * The powers of one integration in one mode. An adapter implements what its system can do;
 * callers ask with {@link requireCapability} and get a clear error where it cannot.
 */
export interface Adapter extends CommandAdapter, QueryAdapter, NotificationAdapter {
	/** The live account: fields, pipelines, stages. */
	describe?(object: string): Promise<ExternalSchema>;
	/** Reads records by id; ids not found are left out; merged ids come back with `requestedId`. */
	read?(binding: EntityBinding, externalIds: string[], fields: string[]): Promise<ExternalRecord[]>;
	/** Finds records by the unique key field; several hits for one value are all returned. */
	match?(binding: EntityBinding, keyField: string, values: string[], fields: string[]): Promise<ExternalRecord[]>;
	/**
	 * One page of records changed since the cursor; `now` = only gives the cursor to begin with, `beginning` = all there
	 * are. A record may come again: whoever asks drops what it has seen in the same version with the same values.
	 */
	changesSince?(binding: EntityBinding, cursor: Cursor | 'now' | 'beginning', fields: string[]): Promise<ChangePage>;
	/**
	 * Writes up to `promises.batchSize.upsert` records in as few calls as the system allows.
	 * One result for each ref. A failure of the whole call (auth, cancelled, vendor down) is the result of every
	 * record it left undone, so that records already written keep theirs.
	 */
	upsert?(binding: EntityBinding, records: UpsertRecord[]): Promise<UpsertResult[]>;
	/**
	 * Takes records out of use in the way the system can bring them back from (HubSpot: recycle bin); any number.
	 * An id that was merged away is refused (`record_merged`), its survivor left alone. Failures are results.
	 */
	remove?(binding: EntityBinding, records: Array<{ ref: string; externalId: string }>): Promise<RemoveResult[]>;
	/** Adds and removes plain links between records; safe to repeat. Failures are results, as in `upsert`. */
	associate?(from: EntityBinding, to: EntityBinding, changes: AssociationChange[]): Promise<AssociationResult[]>;
	/** Creates what the mapping needs in the account, e.g. the unique property. Safe to repeat. */
	prepare?(bindings: EntityBinding[]): Promise<PrepareResult>;
	/** Reaches the system once; with the entities in force it also says what would hinder them. */
	test?(bindings?: EntityBinding[]): Promise<TestResult>;
	verifyWebhook?(request: WebhookRequest): WebhookVerdict;
	/** Bounded parsing of a verified body. Throws a `rejected` error for what is no event list. */
	parseWebhook?(request: WebhookRequest): WebhookEvent[];
}

export type Capability = keyof Adapter;

/** What the registry knows of an adapter; `create` is called once per connection and run. */
export interface AdapterModule {
	integration: string;
	displayName: string;
	mode: Mode;
	entities: EntityDefaults[];
	/** Default of {@link EntityBinding.keyField}, e.g. `crosslink_id`. */
	keyField: string;
	promises: Promises;
	connectionFields: ConnectionField[];
	/**
	 * It is your own system: its record ids are local ids, it has no links, and its entities are whatever its events name.
	 * Left out = an external system.
	 */
	ownSystem?: true;
	/** What `command.execute` offers; left out = no commands. */
	commands?: CommandDescription[];
	/** What `query.run` offers; left out = no queries. */
	queries?: QueryDescription[];
	/** What `event.notify` offers; left out = no messages go this way. */
	notification?: NotificationDescription;
	/** How fast the vendor may be called, by budget name; what the adapter's calls name in `budget`. */
	limits: Record<string, BucketLimit>;
	/** Names the external account that a connection speaks to, for shared call budgets; no secret in it. */
	accountKey(connection: ConnectionValues): string;
	/** What a person should know of this connection, above all which check of TLS is off, in whole sentences. */
	caveats?(connection: ConnectionValues): string[];
	create(context: AdapterContext): Adapter;
}
