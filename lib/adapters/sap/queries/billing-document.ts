import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryFile, QueryRequest } from '../../query';
import { CrosslinkError } from '../../../errors';
import type { ODataClient } from '../../../odata/client';
import type { ODataEntity } from '../../../odata/protocol';
import { isObject } from '../../../odata/values';
import { invalid, text } from '../commands/values';
import type { SapServices } from '../services';
import type { QueryHandler } from './handler';

const SERVICE = 'API_BILLING_DOCUMENT_SRV';
const MAX_DOCUMENTS = 100;
const MAX_ITEMS = 5_000;

export const billingDocument: QueryHandler = {
	description: {
		query: 'billingDocument',
		displayName: 'Billing Document',
		description: 'An invoice by its number, or all of a sales order, with items; on request with the PDF.',
		sensitive: true,
		files: true,
		parameters: [
			{
				name: 'billingDocument',
				displayName: 'Billing Document',
				description: 'Number of the invoice or credit memo. Empty means that the sales order decides.',
				type: 'text',
				required: false,
				maxLength: 10,
			},
			{
				name: 'salesOrder',
				displayName: 'Sales Order',
				description: 'Number of the order whose billing documents are wanted.',
				type: 'text',
				required: false,
				maxLength: 10,
			},
			{
				name: 'pdf',
				displayName: 'With PDF',
				description:
					'Whether each document’s PDF comes along as a file. SAP has one only after the document was output.',
				type: 'boolean',
				required: false,
				default: false,
			},
		],
	},
	run,
};

async function run(sap: SapServices, { parameters }: QueryRequest): Promise<QueryAnswer> {
	const client = sap.service(SERVICE);
	const documents: ODataEntity[] = [];
	for (const number of await numbersOf(client, parameters)) {
		const key = encodeURIComponent(client.protocol.literals.text(number));
		const document = await client.get(`A_BillingDocument(${key})`, [], `read billing document ${number}`);
		if (document) documents.push(document);
	}
	const rows: Fields[] = [];
	const files: Array<QueryFile | undefined> = [];
	for (const document of documents) {
		const number = String(document.values['BillingDocument'] ?? '');
		const key = encodeURIComponent(client.protocol.literals.text(number));
		const purpose = `read the items of billing document ${number}`;
		const items = await client.all(`A_BillingDocument(${key})/to_Item`, [], purpose, MAX_ITEMS);
		rows.push(rowOf(document, items));
		files.push(parameters['pdf'] === true ? await pdfOf(client, number) : undefined);
	}
	return parameters['pdf'] === true ? { rows, files } : { rows };
}

async function numbersOf(client: ODataClient, parameters: Fields): Promise<string[]> {
	const number = text(parameters, 'billingDocument');
	if (number) return [number];
	const order = text(parameters, 'salesOrder');
	if (!order) throw invalid('neither "billingDocument" nor "salesOrder" is given');
	const filter = `SalesDocument eq ${client.protocol.literals.text(order)}`;
	const items = await client.all(
		'A_BillingDocumentItem',
		[
			`$filter=${encodeURIComponent(filter)}`,
			'$select=BillingDocument,BillingDocumentItem',
			'$orderby=BillingDocument',
		],
		`find the billing documents of sales order ${order}`,
		MAX_ITEMS,
	);
	return [...new Set(items.map(({ values }) => String(values['BillingDocument'])))].slice(0, MAX_DOCUMENTS);
}

/** GetPDF gives the file as base64 inside JSON. */
async function pdfOf(client: ODataClient, number: string): Promise<QueryFile | undefined> {
	const purpose = `read the PDF of billing document ${number}`;
	const { result } = await client.call(
		'GetPDF',
		'GET',
		{ BillingDocument: client.protocol.literals.text(number) },
		{ purpose, idempotent: true },
	);
	const inner = isObject(result) && isObject(result['GetPDF']) ? result['GetPDF'] : result;
	const binary = isObject(inner) ? inner['BillingDocumentBinary'] : undefined;
	if (typeof binary !== 'string' || binary === '') return undefined;
	const bytes = Buffer.from(binary, 'base64');
	if (!bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw noPdf(number);
	return { fileName: `billing-document-${number.replace(/\W/g, '_')}.pdf`, mimeType: 'application/pdf', bytes };
}

function rowOf({ values }: ODataEntity, items: ODataEntity[]): Fields {
	const shown = (name: string) => values[name] ?? null;
	return {
		billingDocument: shown('BillingDocument'),
		billingDocumentType: shown('BillingDocumentType'),
		billingDocumentDate: shown('BillingDocumentDate'),
		soldToParty: shown('SoldToParty'),
		payerParty: shown('PayerParty'),
		totalNetAmount: shown('TotalNetAmount'),
		taxAmount: shown('TaxAmount'),
		totalGrossAmount: shown('TotalGrossAmount'),
		currency: shown('TransactionCurrency'),
		cancelled: values['BillingDocumentIsCancelled'] === true,
		cancels: values['CancelledBillingDocument'] || null,
		accountingDocument: shown('AccountingDocument'),
		items: items.map(({ values: item }) => ({
			billingDocumentItem: item['BillingDocumentItem'] ?? null,
			material: item['Material'] ?? null,
			text: item['BillingDocumentItemText'] ?? null,
			billingQuantity: item['BillingQuantity'] ?? null,
			billingQuantityUnit: item['BillingQuantityUnit'] ?? null,
			netAmount: item['NetAmount'] ?? null,
			salesOrder: item['SalesDocument'] ?? null,
			salesOrderItem: item['SalesDocumentItem'] ?? null,
		})),
	};
}

function noPdf(number: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'pdf_unreadable',
		message: `What SAP gave as the PDF of billing document ${number} is none.`,
		remedy: 'Look at the document’s output in SAP.',
	});
}
