import type { Company, Order, OrderStatus } from './records';

/** Invented firms on the reserved `.example` domain, with telephone numbers from ranges kept for fiction. */
const companies: Array<
	[id: string, name: string, domain: string, phone: string, city: string, country: string, industry: string]
> = [
	['c-01', 'Brackwater Pumps GmbH', 'brackwater-pumps.example', '+49 30 23125 014', 'Berlin', 'DE', 'Machinery'],
	['c-02', 'Lumen & Oak Interiors', 'lumenandoak.example', '+44 20 7946 0112', 'London', 'GB', 'Furniture'],
	['c-03', 'Atelier Grünfeld', 'atelier-gruenfeld.example', '+49 40 66969 127', 'Hamburg', 'DE', 'Design'],
	['c-04', 'Polder Fresh Logistics B.V.', 'polderfresh.example', '+31 6 5550 0133', 'Rotterdam', 'NL', 'Logistics'],
	['c-05', 'Sierra Vista Labs', 'sierravistalabs.example', '+1 505 555 0148', 'Albuquerque', 'US', 'Laboratories'],
	['c-06', 'Maison Perlin SARL', 'maison-perlin.example', '+33 1 99 00 01 52', 'Lyon', 'FR', 'Food'],
	['c-07', 'Norrsken Fasteners AB', 'norrsken-fasteners.example', '+46 8 465 004 61', 'Luleå', 'SE', 'Metalworking'],
	['c-08', "O'Dell Marine Supply", 'odellmarine.example', '+1 207 555 0175', 'Portland', 'US', 'Wholesale'],
];

type OrderLine = [
	name: string,
	amount: number,
	currency: string,
	status: OrderStatus,
	due: string,
	company: string | null,
	po: string | null,
];

const orders: OrderLine[] = [
	['Dosing pumps, series 4', 18450, 'EUR', 'open', '2026-12-04', 'c-01', 'PO-77120'],
	['Seal kits, yearly call-off', 3120.5, 'EUR', 'shipped', '2026-11-13', 'c-01', 'PO-77134'],
	['Control cabinet with retrofit', 26990, 'EUR', 'draft', '2027-01-22', 'c-01', null],
	['Showroom lighting, ground floor', 7415.8, 'GBP', 'open', '2026-12-11', 'c-02', 'LO-2291'],
	['Oak shelving, 14 units', 5230, 'GBP', 'invoiced', '2026-10-30', 'c-02', 'LO-2274'],
	['Replacement dimmers', 389.95, 'GBP', 'shipped', '2026-11-06', 'c-02', 'LO-2280'],
	['Exhibition stand, 40 m²', 12800, 'EUR', 'open', '2027-02-12', 'c-03', 'G-118'],
	['Fabric samples', 96.4, 'EUR', 'invoiced', '2026-10-09', 'c-03', null],
	['Wayfinding signs for “Haus am Kai”', 4310, 'EUR', 'open', '2026-12-18', 'c-03', 'G-121'],
	['Cold-chain loggers, 200 pieces', 15960, 'EUR', 'open', '2026-12-01', 'c-04', '4500018831'],
	['Pallet labels, 50,000', 1875, 'EUR', 'shipped', '2026-11-17', 'c-04', '4500018790'],
	['Dock scanner rental, Q1', 2640, 'EUR', 'draft', '2027-01-04', 'c-04', null],
	['Calibration service, six balances', 3480, 'USD', 'open', '2026-12-09', 'c-05', 'SVL-0932'],
	['Fume hood filters', 1249.99, 'USD', 'shipped', '2026-11-20', 'c-05', 'SVL-0927'],
	['Bench centrifuge', 8725, 'USD', 'open', '2027-01-15', 'c-05', 'SVL-0940'],
	['Sample fridge, 600 l', 5199, 'USD', 'cancelled', '2026-11-27', 'c-05', 'SVL-0935'],
	['Packaging line, spare belts', 990, 'EUR', 'open', '2026-12-03', 'c-06', 'MP-56'],
	['Tasting-room counter', 6480.25, 'EUR', 'draft', '2027-02-26', 'c-06', null],
	['Glass jars, 12 pallets', 11340, 'EUR', 'invoiced', '2026-10-16', 'c-06', 'MP-49'],
	['Hex bolts M12, stainless', 47300, 'SEK', 'open', '2026-12-10', 'c-07', 'NF-20418'],
	['Torque tools with case', 28150, 'SEK', 'shipped', '2026-11-12', 'c-07', 'NF-20377'],
	['Mooring lines, 28 mm', 2260, 'USD', 'open', '2026-12-15', 'c-08', 'ODM-311'],
	['Anodes & fittings', 714.35, 'USD', 'open', '2026-12-02', 'c-08', 'ODM-309'],
	['Life-raft servicing <annual>', 1580, 'USD', 'draft', '2027-03-05', 'c-08', null],
	['Counter sale, walk-in', 129, 'EUR', 'invoiced', '2026-11-03', null, null],
];

const SEEDED = { version: 1, updatedAt: '2026-11-01T08:00:00.000Z', updatedBy: 'seed' };

/** Eight companies, `c-01` to `c-08`. */
export function seedCompanies(): Company[] {
	return companies.map(([id, name, domain, phone, city, country, industry]) => ({
		id,
		name,
		domain,
		phone,
		city,
		country,
		industry,
		salesNotes: null,
		...SEEDED,
	}));
}

/** Twenty-five orders, `1001` to `1025`; the last one belongs to no company. */
export function seedOrders(): Order[] {
	return orders.map(([name, amount, currency, status, dueDate, companyId, po], index) => ({
		id: String(1001 + index),
		number: `SO-${1001 + index}`,
		name,
		amount,
		currency,
		status,
		dueDate,
		companyId,
		notes: po === null ? 'Purchase order number to follow.' : null,
		salesStage: null,
		salesNotes: null,
		custom_fields: { po },
		...SEEDED,
	}));
}
