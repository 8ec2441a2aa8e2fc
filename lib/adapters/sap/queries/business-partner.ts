import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryRequest } from '../../query';
import { requiredText, text } from '../commands/values';
import { partnerReference } from '../commands/partner-reference';
import type { ODataEntity } from '../../../odata/protocol';
import { isObject } from '../../../odata/values';
import type { SapServices } from '../services';
import type { QueryHandler } from './handler';

const SERVICE = 'API_BUSINESS_PARTNER';
const MAX_PARTNERS = 100;

/** Where a reference may stand. */
const BY = {
	externalNumber: 'BusinessPartnerIDByExtSystem',
	businessPartner: 'BusinessPartner',
	customer: 'Customer',
	searchTerm: 'SearchTerm1',
	commandReference: 'SearchTerm2',
} as const;

export const businessPartner: QueryHandler = {
	description: {
		query: 'businessPartner',
		displayName: 'Business Partner',
		description: 'Business partners with a number or reference, with their addresses.',
		sensitive: true,
		parameters: [
			{
				name: 'reference',
				displayName: 'Reference',
				description: 'The number, search term or reference to look for.',
				type: 'text',
				required: true,
				maxLength: 60,
			},
			{
				name: 'by',
				displayName: 'Look For',
				description: 'What the reference is.',
				type: 'enumeration',
				required: false,
				default: 'externalNumber',
				choices: [
					{ value: 'externalNumber', label: 'Your Number' },
					{ value: 'businessPartner', label: 'Business Partner Number' },
					{ value: 'customer', label: 'Customer Number' },
					{ value: 'searchTerm', label: 'Search Term' },
					{ value: 'commandReference', label: 'Reference of the Command' },
				],
			},
		],
	},
	run,
};

async function run(sap: SapServices, { parameters }: QueryRequest): Promise<QueryAnswer> {
	const reference = requiredText(parameters, 'reference');
	const by = text(parameters, 'by') || 'externalNumber';
	const field = by in BY ? BY[by as keyof typeof BY] : BY.externalNumber;
	const client = sap.service(SERVICE);
	// SAP keeps all of these in capitals (sap:display-format in its metadata) and compares as they are written.
	const value = field === BY.commandReference ? partnerReference(reference) : reference.toUpperCase();
	const filter = `${field} eq ${client.protocol.literals.text(value)}`;
	const found = await client.all(
		'A_BusinessPartner',
		[
			`$filter=${encodeURIComponent(filter)}`,
			'$orderby=BusinessPartner',
			`$top=${MAX_PARTNERS}`,
			'$expand=to_BusinessPartnerAddress,to_BusinessPartnerRole',
		],
		`find business partners by ${field}`,
		MAX_PARTNERS,
	);
	return { rows: found.map(rowOf) };
}

function rowOf({ values }: ODataEntity): Fields {
	const shown = (name: string) => values[name] ?? null;
	const list = (name: string): Fields[] => {
		const held = values[name];
		return Array.isArray(held) ? held.filter((one): one is Fields => isObject(one)) : [];
	};
	return {
		businessPartner: shown('BusinessPartner'),
		customer: shown('Customer'),
		name: shown('BusinessPartnerFullName'),
		category: values['BusinessPartnerCategory'] === '1' ? 'person' : 'organization',
		externalNumber: shown('BusinessPartnerIDByExtSystem'),
		searchTerm: shown('SearchTerm1'),
		blocked: values['BusinessPartnerIsBlocked'] === true,
		markedForArchiving: values['IsMarkedForArchiving'] === true,
		roles: list('to_BusinessPartnerRole').map((role) => String(role['BusinessPartnerRole'] ?? '')),
		addresses: list('to_BusinessPartnerAddress').map((address) => ({
			country: text(address, 'Country') ?? null,
			city: text(address, 'CityName') ?? null,
			postalCode: text(address, 'PostalCode') ?? null,
			street: text(address, 'StreetName') ?? null,
			houseNumber: text(address, 'HouseNumber') ?? null,
		})),
	};
}
