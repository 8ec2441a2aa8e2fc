import { z } from 'zod';

import { RequestProblem } from './problem';
import type { Company, Entity, Order, Stamp } from './records';
import { ORDER_STATUSES } from './records';

/** Characters in one text field. */
const TEXT_LIMIT = 65_536;
/** Characters in a name, a number, a phone. */
const LINE_LIMIT = 255;
/** Largest amount; above it two decimals no longer fit a double exactly. */
const AMOUNT_LIMIT = 1e12;
const CUSTOM_FIELD_LIMIT = 50;

const line = z.string().max(LINE_LIMIT);
const text = z.string().max(TEXT_LIMIT);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots or dashes');

const order = z
	.object({
		number: line.min(1),
		name: line.min(1),
		amount: z
			.number()
			.finite()
			.gte(-AMOUNT_LIMIT)
			.lte(AMOUNT_LIMIT)
			.refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-4, 'has more than two decimals')
			.nullable(),
		currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
		status: z.enum(ORDER_STATUSES as [Order['status'], ...Array<Order['status']>]),
		dueDate: z.string().date('must be a date such as 2026-12-31').nullable(),
		companyId: id.nullable(),
		notes: text.nullable(),
		salesStage: line.nullable(),
		salesNotes: text.nullable(),
		custom_fields: z
			.record(z.string().min(1).max(LINE_LIMIT), z.union([text, z.number().finite(), z.boolean(), z.null()]))
			.refine((value) => Object.keys(value).length <= CUSTOM_FIELD_LIMIT, `has more than ${CUSTOM_FIELD_LIMIT} fields`),
	})
	.strict();

const company = z
	.object({
		name: line.min(1),
		domain: line.nullable(),
		phone: line.nullable(),
		city: line.nullable(),
		country: z
			.string()
			.regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code such as DE')
			.nullable(),
		industry: line.nullable(),
		salesNotes: text.nullable(),
	})
	.strict();

const patches = { order: order.partial(), company: company.partial() };
const creations = {
	order: order.partial().required({ name: true }).extend({ id: id.optional() }),
	company: company.partial().required({ name: true }).extend({ id: id.optional() }),
};

export interface PatchOf {
	order: Partial<Omit<Order, 'id' | Stamp>>;
	company: Partial<Omit<Company, 'id' | Stamp>>;
}

export type CreationOf = { [E in Entity]: PatchOf[E] & { name: string; id?: string } };

/** Checks the fields of a change. Throws a 400 or 422 that names the first wrong field. */
export function parsePatch<E extends Entity>(entity: E, body: unknown): PatchOf[E] {
	return parse(entity, patches[entity], body) as PatchOf[E];
}

/** Checks the fields of a new record; `name` is required, `id` may be chosen by the caller. */
export function parseCreation<E extends Entity>(entity: E, body: unknown): CreationOf[E] {
	return parse(entity, creations[entity], body) as CreationOf[E];
}

function parse(entity: Entity, schema: z.ZodTypeAny, body: unknown): unknown {
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		throw new RequestProblem(400, 'not_an_object', `Send the ${entity} as one JSON object.`);
	}
	const parsed = schema.safeParse(body);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	if (issue?.code === 'unrecognized_keys') {
		const unknown = issue.keys.join(', ');
		throw new RequestProblem(422, 'unknown_field', `${entity} has no field ${unknown} that can be set.`, issue.keys[0]);
	}
	const field = issue?.path.join('.') ?? '';
	throw new RequestProblem(422, 'invalid_field', `${entity}.${field}: ${issue?.message ?? 'is not valid'}.`, field);
}
