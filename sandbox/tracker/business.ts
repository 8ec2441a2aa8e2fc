import { RecordTable } from './record-table';
import type { Precondition } from './precondition';
import type { Entity, RecordOf } from './records';
import { RequestProblem } from './problem';
import { seedCompanies, seedOrders } from './seed';
import type { CreationOf, PatchOf } from './validation';

/** The Tracker's records and the rules between them. */
export class Business {
	private readonly tables: { [E in Entity]: RecordTable<E> };

	constructor(now: () => Date, onChange: (entity: Entity, id: string) => void) {
		this.tables = {
			company: new RecordTable('company', now, (id) => onChange('company', id)),
			order: new RecordTable('order', now, (id) => onChange('order', id)),
		};
	}

	seed(): void {
		for (const company of seedCompanies()) this.tables.company.load(company);
		for (const order of seedOrders()) this.tables.order.load(order);
	}

	table<E extends Entity>(entity: E): RecordTable<E> {
		return this.tables[entity];
	}

	/** Throws a 404, a 412 when the condition does not hold, or a 422 when the order names a company that does not exist. */
	patch<E extends Entity>(entity: E, id: string, patch: PatchOf[E], by: string, condition?: Precondition): RecordOf[E] {
		this.requireCompany(patch);
		return this.table(entity).patch(id, patch, by, condition);
	}

	/** Fills in what the caller left out, the id included. Throws a 409 or a 422. */
	create<E extends Entity>(entity: E, creation: CreationOf[E], by: string): RecordOf[E] {
		this.requireCompany(creation);
		const id = creation.id ?? nextId(this.table(entity).ids());
		const defaults = BLANK[entity](id);
		return this.table(entity).add({ ...defaults, ...creation, id } as RecordOf[E], by);
	}

	private requireCompany(fields: object): void {
		if (!('companyId' in fields) || typeof fields.companyId !== 'string') return;
		if (this.tables.company.has(fields.companyId)) return;
		const message = `There is no company ${fields.companyId}; create it first.`;
		throw new RequestProblem(422, 'unknown_company', message, 'companyId');
	}
}

const BLANK = {
	order: (id: string) => ({
		number: `SO-${id}`,
		...{ amount: null, currency: 'EUR', status: 'draft', dueDate: null, companyId: null },
		...{ notes: null, salesStage: null, salesNotes: null, custom_fields: { po: null } },
	}),
	company: () => ({
		...{ domain: null, phone: null, city: null, country: null },
		...{ industry: null, salesNotes: null },
	}),
};

/** `1025` -> `1026`, `c-08` -> `c-09`: counts on from the last id in the same form. */
function nextId(ids: string[]): string {
	const last = ids.at(-1) ?? '1000';
	const digits = /\d+$/.exec(last)?.[0] ?? '';
	const next = String(Number(digits) + 1).padStart(digits.length, '0');
	return last.slice(0, last.length - digits.length) + next;
}
