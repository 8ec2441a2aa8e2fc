import { Associations } from './associations';
import type { CrmEvent } from './events';
import { STOCK_OWNERS, type Owner } from './owners';
import { Pipelines } from './pipelines';
import { PropertyCatalog } from './property-catalog';
import { Records } from './records';
import type { CheckRules } from './write-check';

export interface CrmStateOptions {
	portalId: number;
	appId: number;
	/** Milliseconds since the epoch. */
	now: () => number;
	indexDelayMs: number;
	/** Merges through the API give a record with a new id. */
	mergeCreatesNewId: boolean;
}

/** Everything that one HubSpot account holds. */
export class CrmState {
	readonly portalId: number;
	readonly appId: number;
	readonly now: () => number;
	/** How long a write stays invisible to search, in milliseconds; may be changed at any time. */
	indexDelayMs: number;
	mergeCreatesNewId: boolean;
	readonly owners: Owner[] = [...STOCK_OWNERS];
	readonly catalog = new PropertyCatalog();
	readonly pipelines: Pipelines;
	readonly records: Records;
	readonly associations: Associations;
	readonly rules: CheckRules;
	private readonly listeners: Array<(event: CrmEvent) => void> = [];

	constructor(options: CrmStateOptions) {
		this.portalId = options.portalId;
		this.appId = options.appId;
		this.now = options.now;
		this.indexDelayMs = options.indexDelayMs;
		this.mergeCreatesNewId = options.mergeCreatesNewId;
		this.pipelines = new Pipelines(() => this.timestamp());
		const { catalog, pipelines, owners, portalId } = this;
		this.rules = { catalog, pipelines, owners, portalId };
		const emit = (event: CrmEvent) => this.emit(event);
		this.records = new Records(this.rules, this.now, () => this.indexDelayMs, emit);
		this.associations = new Associations(this.now, emit);
	}

	timestamp(): string {
		return new Date(this.now()).toISOString();
	}

	onEvent(listener: (event: CrmEvent) => void): void {
		this.listeners.push(listener);
	}

	emit(event: CrmEvent): void {
		for (const listener of this.listeners) listener(event);
	}
}
