import type { AssociationRule, FieldRule, Fields } from '../adapters/adapter';

/** What a tenant may set per entity; left-out parts come from the adapter's defaults. */
export interface EntitySettings {
	object?: string;
	matchOn?: string;
	localTable?: string;
	onCreate?: Fields;
	fields?: FieldRule[];
	associations?: AssociationRule[];
}

/** Settings of one integration with nothing left out (design 3.6). */
export interface Settings {
	entities: Record<string, EntitySettings>;
	retry: { attempts: number; delaySeconds: number };
	leaseSeconds: number;
	syncLog: 'off' | 'errors' | 'all';
	brakes: { deletes: number; changes: number };
}
