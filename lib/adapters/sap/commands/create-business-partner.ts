import type { Fields } from '../../adapter';
import type { CommandAnswer, CommandRequest, CompensationRequest, FoundCommand } from '../../command';
import type { ParameterDescription } from '../../parameters';
import { CrosslinkError } from '../../../errors';
import { SETTLES_SECONDS, WRITE_TIMEOUT_MS } from '../limits';
import type { SapServices } from '../services';
import { noDryRun } from './create-sales-order';
import type { CommandHandler } from './handler';
import { DELIVERY_TERMS } from './order-parameters';
import { partnerReference } from './partner-reference';
import { code } from './text-parameter';
import { given, invalid, part, requiredText, text } from './values';

const SERVICE = 'API_BUSINESS_PARTNER';
const ORGANIZATION = '2';
const PERSON = '1';
/** Roles of a customer: sales, and accounting. SAP makes the customer number of the first one. */
const SALES_ROLE = 'FLCU01';
const ACCOUNTING_ROLE = 'FLCU00';

const PARTNER: ParameterDescription[] = [
	{
		name: 'category',
		displayName: 'Category',
		description: 'Whether the partner is an organization or a person.',
		type: 'enumeration',
		required: true,
		default: ORGANIZATION,
		choices: [
			{ value: ORGANIZATION, label: 'Organization' },
			{ value: PERSON, label: 'Person' },
		],
	},
	code('name', 'Name', 'Name of the organization, or last name of the person.', 40, true),
	code('name2', 'Second Name', 'Second line of an organization’s name, or first name of a person.', 40),
	code('grouping', 'Grouping', 'Grouping that decides the number range. Empty means the default of the system.', 4),
	code(
		'externalNumber',
		'Your Number',
		'Number of the partner in your own system; the query Business Partner finds it by it.',
		20,
	),
	code('searchTerm', 'Search Term', 'First search term.', 20),
	code('language', 'Language', 'Language of correspondence, such as EN.', 2),
	{
		name: 'address',
		displayName: 'Address',
		description: 'The standard address.',
		type: 'object',
		required: true,
		parts: [
			code('country', 'Country', 'Two letters, such as DE.', 3, true),
			code('city', 'City', 'Name of the city.', 40),
			code('postalCode', 'Postal Code', 'Postal code of the street address.', 10),
			code('street', 'Street', 'Street without the house number.', 60),
			code('houseNumber', 'House Number', 'House number.', 10),
			code('region', 'Region', 'State or region, as SAP’s customizing has it.', 3),
			code('language', 'Language', 'Language of the address, such as EN.', 2),
			code('email', 'Email', 'Email address.', 241),
			code('phone', 'Phone', 'Phone number without the country code.', 30),
		],
	},
	{
		name: 'salesArea',
		displayName: 'Sales Area',
		description: 'Makes the partner a customer that can order in this sales area.',
		type: 'object',
		required: false,
		parts: [
			code('salesOrganization', 'Sales Organization', 'Sales organization that sells to it.', 4, true),
			code('distributionChannel', 'Distribution Channel', 'Distribution channel of the sales area.', 2, true),
			code('division', 'Division', 'Division of the sales area.', 2, true),
			code('currency', 'Currency', 'Currency of its orders, such as EUR.', 5),
			code('customerPaymentTerms', 'Payment Terms', 'Key of the terms of payment.', 4),
			...DELIVERY_TERMS,
		],
	},
	{
		name: 'company',
		displayName: 'Company Code Data',
		description: 'Makes the partner a debtor in this company code.',
		type: 'object',
		required: false,
		parts: [
			code('companyCode', 'Company Code', 'Company code that keeps its account.', 4, true),
			code('reconciliationAccount', 'Reconciliation Account', 'Account of the general ledger.', 10),
			code('paymentTerms', 'Payment Terms', 'Key of the terms of payment.', 4),
		],
	},
];

/** Creates a partner with address, customer roles and, if given, its sales area: all in one call. */
export const createBusinessPartner: CommandHandler = {
	description: {
		command: 'createBusinessPartner',
		displayName: 'Create Business Partner',
		description: 'Creates a business partner in the role of a customer in SAP, once, and returns its number.',
		parameters: PARTNER,
		whenUnknown: 'lookUp',
		settlesWithinSeconds: SETTLES_SECONDS,
		undo: {
			displayName: 'Block Business Partner',
			description: 'Blocks the partner centrally and marks it for archiving: SAP does not delete partners.',
		},
	},
	execute,
	find,
	compensate,
	findCompensation,
};

async function execute(sap: SapServices, { payload, reference, dryRun }: CommandRequest): Promise<CommandAnswer> {
	if (dryRun) throw noDryRun();
	const { entity, warnings } = await sap.service(SERVICE).create('A_BusinessPartner', partnerBody(payload, reference), {
		purpose: `create the business partner with the reference ${reference}`,
		idempotent: false,
		timeoutMs: WRITE_TIMEOUT_MS,
	});
	const number = entity?.values['BusinessPartner'];
	if (!entity || typeof number !== 'string' || number === '') throw numberMissing(reference);
	return answerOf(entity.values as Fields, warnings);
}

async function find(sap: SapServices, { reference }: CommandRequest): Promise<FoundCommand> {
	const client = sap.service(SERVICE);
	const term = partnerReference(reference);
	const filter = `SearchTerm2 eq ${client.protocol.literals.text(term)}`;
	const query = [`$filter=${encodeURIComponent(filter)}`, '$orderby=BusinessPartner', '$top=3'];
	const found = await client.all(
		'A_BusinessPartner',
		query,
		`look up the business partner with the search term ${term}`,
		100,
	);
	const [only] = found;
	if (!only) return { found: 'nothing' };
	if (found.length === 1) return { found: 'done', answer: answerOf(only.values as Fields, []) };
	const numbers = found.map(({ values }) => String(values['BusinessPartner'])).join(', ');
	return { found: 'unsure', reason: `Several business partners have the search term ${term}: ${numbers}.` };
}

async function compensate(sap: SapServices, { externalId }: CompensationRequest): Promise<CommandAnswer> {
	const { path, number, partner } = await readPartner(sap, externalId);
	if (!partner) throw impossible(number, 'it is not there any more');
	await sap.service(SERVICE).merge(
		path,
		{ BusinessPartnerIsBlocked: true, IsMarkedForArchiving: true },
		{
			purpose: `block business partner ${number}`,
			idempotent: false,
			timeoutMs: WRITE_TIMEOUT_MS,
			...(partner.etag !== undefined && { etag: partner.etag }),
		},
	);
	return blocked(number);
}

async function findCompensation(sap: SapServices, { externalId }: CompensationRequest): Promise<FoundCommand> {
	const { number, partner } = await readPartner(sap, externalId);
	if (!partner) return { found: 'unsure', reason: `Business partner ${number} is not there any more.` };
	const { BusinessPartnerIsBlocked, IsMarkedForArchiving } = partner.values;
	if (BusinessPartnerIsBlocked !== true || IsMarkedForArchiving !== true) return { found: 'nothing' };
	return { found: 'done', answer: blocked(number) };
}

async function readPartner(sap: SapServices, externalId: string | null) {
	if (!externalId) throw impossible('without a number', 'the command has made none');
	const client = sap.service(SERVICE);
	const path = `A_BusinessPartner(${encodeURIComponent(client.protocol.literals.text(externalId))})`;
	return { path, number: externalId, partner: await client.get(path, [], `read business partner ${externalId}`) };
}

function partnerBody(payload: Fields, reference: string): Fields {
	const address = part(payload, 'address');
	if (!address) throw invalid('"address" is missing');
	const area = part(payload, 'salesArea');
	const company = part(payload, 'company');
	const isPerson = text(payload, 'category') === PERSON;
	const name = requiredText(payload, 'name');
	const name2 = text(payload, 'name2') || undefined;
	const roles = [SALES_ROLE, ...(company ? [ACCOUNTING_ROLE] : [])];
	return given({
		BusinessPartnerCategory: isPerson ? PERSON : ORGANIZATION,
		...(isPerson ? { LastName: name, FirstName: name2 } : { OrganizationBPName1: name, OrganizationBPName2: name2 }),
		BusinessPartnerGrouping: text(payload, 'grouping') || undefined,
		BusinessPartnerIDByExtSystem: text(payload, 'externalNumber') || undefined,
		SearchTerm1: text(payload, 'searchTerm') || undefined,
		SearchTerm2: partnerReference(reference),
		CorrespondenceLanguage: isPerson ? text(payload, 'language') || undefined : undefined,
		to_BusinessPartnerRole: roles.map((role) => ({ BusinessPartnerRole: role })),
		to_BusinessPartnerAddress: [addressBody(address, text(payload, 'language'))],
		to_Customer:
			area || company
				? given({
						to_CustomerSalesArea: area && [salesAreaBody(area)],
						to_CustomerCompany: company && [companyBody(company)],
					})
				: undefined,
	});
}

function addressBody(address: Fields, language: string | undefined): Fields {
	const email = text(address, 'email');
	const phone = text(address, 'phone');
	return given({
		Country: requiredText(address, 'country'),
		CityName: text(address, 'city') || undefined,
		PostalCode: text(address, 'postalCode') || undefined,
		StreetName: text(address, 'street') || undefined,
		HouseNumber: text(address, 'houseNumber') || undefined,
		Region: text(address, 'region') || undefined,
		Language: text(address, 'language') || language || undefined,
		to_EmailAddress: email ? [{ EmailAddress: email, IsDefaultEmailAddress: true }] : undefined,
		to_PhoneNumber: phone ? [{ PhoneNumber: phone, IsDefaultPhoneNumber: true }] : undefined,
	});
}

function salesAreaBody(area: Fields): Fields {
	return given({
		SalesOrganization: requiredText(area, 'salesOrganization'),
		DistributionChannel: requiredText(area, 'distributionChannel'),
		Division: requiredText(area, 'division'),
		Currency: text(area, 'currency') || undefined,
		CustomerPaymentTerms: text(area, 'customerPaymentTerms') || undefined,
		IncotermsClassification: text(area, 'incotermsClassification') || undefined,
		IncotermsLocation1: text(area, 'incotermsLocation1') || undefined,
		ShippingCondition: text(area, 'shippingCondition') || undefined,
	});
}

function companyBody(company: Fields): Fields {
	return given({
		CompanyCode: requiredText(company, 'companyCode'),
		ReconciliationAccount: text(company, 'reconciliationAccount') || undefined,
		PaymentTerms: text(company, 'paymentTerms') || undefined,
	});
}

function answerOf(values: Fields, warnings: string[]): CommandAnswer {
	const number = String(values['BusinessPartner'] ?? '');
	return {
		externalId: number,
		response: {
			businessPartner: number,
			customer: values['Customer'] ?? null,
			name: values['BusinessPartnerFullName'] ?? null,
			externalNumber: values['BusinessPartnerIDByExtSystem'] ?? null,
		},
		warnings,
	};
}

function blocked(number: string): CommandAnswer {
	return {
		externalId: number,
		response: { businessPartner: number, blocked: true, markedForArchiving: true },
		warnings: [],
	};
}

function numberMissing(reference: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'number_missing',
		message: `SAP took the business partner with the reference ${reference}, but its answer has no number.`,
		remedy: 'The partner is looked up by its reference before anything is repeated.',
	});
}

function impossible(number: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'compensation_impossible',
		message: `Business partner ${number} can no longer be undone: ${reason}.`,
		remedy: 'A person decides in SAP.',
	});
}
