import type { ObjectName } from './object-types';
import { stockProperty, type PropertyDefinition, type PropertyType } from './property-definition';

type Row = [name: string, label: string, type?: PropertyType, extras?: Parameters<typeof stockProperty>[4]];

const inGroup = (group: string, rows: Row[]) => rows.map((row) => stockProperty(group, ...row));

const READ_ONLY = { readOnly: true };
const COMPUTED = { readOnly: true, calculated: true };
const YES_NO: Array<[string, string]> = [
	['true', 'True'],
	['false', 'False'],
];
const OWNER: Row = [
	'hubspot_owner_id',
	'Owner',
	'enumeration',
	{ externalOptions: true, referencedObjectType: 'OWNER' },
];

/** What every object has; written by the system alone. */
const automatic = (group: string, createdLabel: string, modified: Row): PropertyDefinition[] =>
	inGroup(group, [
		['hs_object_id', 'Record ID', 'number', READ_ONLY],
		['createdate', createdLabel, 'datetime', READ_ONLY],
		modified,
		['hs_createdate', 'Object create date/time', 'datetime', READ_ONLY],
		['hs_merged_object_ids', 'Merged record IDs', 'enumeration', { ...READ_ONLY, fieldType: 'checkbox' }],
		['hs_object_source', 'Record creation source', 'string', READ_ONLY],
		['hs_object_source_id', 'Record creation source ID', 'string', READ_ONLY],
		['hs_created_by_user_id', 'Created by user ID', 'number', READ_ONLY],
		['hs_updated_by_user_id', 'Updated by user ID', 'number', READ_ONLY],
		OWNER,
	]);

const MODIFIED: Row = ['hs_lastmodifieddate', 'Last Modified Date', 'datetime', READ_ONLY];

const deals = [
	...automatic('dealinformation', 'Create Date', MODIFIED),
	...inGroup('dealinformation', [
		['dealname', 'Deal Name'],
		['amount', 'Amount', 'number', { showCurrencySymbol: true }],
		['pipeline', 'Pipeline', 'enumeration', { externalOptions: true }],
		['dealstage', 'Deal Stage', 'enumeration', { fieldType: 'radio', externalOptions: true }],
		['closedate', 'Close Date', 'datetime'],
		['description', 'Deal Description', 'string', { fieldType: 'textarea' }],
		[
			'dealtype',
			'Deal Type',
			'enumeration',
			{
				fieldType: 'radio',
				options: [
					['newbusiness', 'New Business'],
					['existingbusiness', 'Existing Business'],
				],
			},
		],
		[
			'hs_priority',
			'Priority',
			'enumeration',
			{
				options: [
					['low', 'Low'],
					['medium', 'Medium'],
					['high', 'High'],
				],
			},
		],
		[
			'deal_currency_code',
			'Currency',
			'enumeration',
			{
				options: [
					['EUR', 'Euro'],
					['USD', 'US Dollar'],
					['GBP', 'British Pound'],
					['CHF', 'Swiss Franc'],
				],
			},
		],
		['hs_next_step', 'Next step'],
		['closed_lost_reason', 'Closed Lost Reason', 'string', { fieldType: 'textarea' }],
		['closed_won_reason', 'Closed Won Reason', 'string', { fieldType: 'textarea' }],
		['hs_tcv', 'Total contract value', 'number', { showCurrencySymbol: true }],
		['hs_deal_stage_probability', 'Deal probability', 'number', COMPUTED],
		['hs_projected_amount', 'Weighted amount', 'number', COMPUTED],
		['hs_is_closed', 'Is Deal Closed?', 'bool', { ...COMPUTED, options: YES_NO }],
		['hs_is_closed_won', 'Is Closed Won', 'bool', { ...COMPUTED, options: YES_NO }],
	]),
];

const INDUSTRIES: Array<[string, string]> = [
	['AUTOMOTIVE', 'Automotive'],
	['BUILDING_MATERIALS', 'Building Materials'],
	['CHEMICALS', 'Chemicals'],
	['COMPUTER_SOFTWARE', 'Computer Software'],
	['CONSTRUCTION', 'Construction'],
	['FOOD_PRODUCTION', 'Food Production'],
	['INFORMATION_TECHNOLOGY_AND_SERVICES', 'Information Technology and Services'],
	['LOGISTICS_AND_SUPPLY_CHAIN', 'Logistics and Supply Chain'],
	['MACHINERY', 'Machinery'],
	['RETAIL', 'Retail'],
	['WHOLESALE', 'Wholesale'],
];

const ADDRESS: Row[] = [
	['address', 'Street Address'],
	['city', 'City'],
	['state', 'State/Region'],
	['zip', 'Postal Code'],
	['country', 'Country/Region'],
];

const companies = [
	...automatic('companyinformation', 'Create Date', MODIFIED),
	...inGroup('companyinformation', [
		['name', 'Company name'],
		['domain', 'Company Domain Name'],
		['website', 'Website URL'],
		['phone', 'Phone Number', 'string', { fieldType: 'phonenumber' }],
		...ADDRESS,
		['address2', 'Street Address 2'],
		['description', 'Description', 'string', { fieldType: 'textarea' }],
		['industry', 'Industry', 'enumeration', { options: INDUSTRIES }],
		['annualrevenue', 'Annual Revenue', 'number', { showCurrencySymbol: true }],
		['numberofemployees', 'Number of Employees', 'number'],
		['founded_year', 'Year Founded'],
		['timezone', 'Time Zone'],
		[
			'type',
			'Type',
			'enumeration',
			{
				options: [
					['PROSPECT', 'Prospect'],
					['PARTNER', 'Partner'],
					['RESELLER', 'Reseller'],
					['VENDOR', 'Vendor'],
					['OTHER', 'Other'],
				],
			},
		],
		['is_public', 'Is Public', 'bool', { options: YES_NO }],
	]),
];

const contacts = [
	...automatic('contactinformation', 'Create Date', ['lastmodifieddate', 'Last Modified Date', 'datetime', READ_ONLY]),
	...inGroup('contactinformation', [
		['email', 'Email'],
		['firstname', 'First Name'],
		['lastname', 'Last Name'],
		['phone', 'Phone Number', 'string', { fieldType: 'phonenumber' }],
		['mobilephone', 'Mobile Phone Number', 'string', { fieldType: 'phonenumber' }],
		['company', 'Company Name'],
		['jobtitle', 'Job Title'],
		['website', 'Website URL'],
		['salutation', 'Salutation'],
		...ADDRESS,
		['date_of_birth', 'Date of birth', 'date'],
		[
			'lifecyclestage',
			'Lifecycle Stage',
			'enumeration',
			{
				fieldType: 'radio',
				options: [
					['subscriber', 'Subscriber'],
					['lead', 'Lead'],
					['opportunity', 'Opportunity'],
					['customer', 'Customer'],
					['other', 'Other'],
				],
			},
		],
	]),
];

/** Groups of each object; a custom property must name one of them. */
export const STOCK_GROUPS: Record<ObjectName, Array<{ name: string; label: string }>> = {
	deals: [{ name: 'dealinformation', label: 'Deal information' }],
	companies: [{ name: 'companyinformation', label: 'Company information' }],
	contacts: [{ name: 'contactinformation', label: 'Contact information' }],
};

/** The properties of a new account that the stand-in knows; copied per stand-in. */
export const stockProperties = (): Record<ObjectName, PropertyDefinition[]> =>
	structuredClone({ deals, companies, contacts });
