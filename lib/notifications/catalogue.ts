/** A kind of business event people are told of, with what is said by default. Subject and text are Liquid templates. */
export interface BusinessEvent {
	/** Camel case: the value of the parameter `event`, and the key in the setting `messages`. */
	event: string;
	displayName: string;
	/** A sentence of help, as shown in n8n, with the values the default message uses. */
	description: string;
	subject: string;
	text: string;
}

/** What most businesses tell. A value that is missing leaves its part of the sentence out. */
export const CATALOGUE: readonly BusinessEvent[] = [
	{
		event: 'orderShipped',
		displayName: 'Order Shipped',
		description: 'Uses number (or ID), customer, carrier, trackingNumber, trackingUrl',
		subject: 'Order {{ number | default: id }} has been shipped',
		text: `Order {{ number | default: id }}{% if customer %} for {{ customer }}{% endif %} has been shipped{% if carrier %} with {{ carrier }}{% endif %}.
{%- if trackingNumber %}
Tracking number: {{ trackingNumber }}
{%- endif %}
{%- if trackingUrl %}
{{ trackingUrl }}
{%- endif %}`,
	},
	{
		event: 'inspectionFailed',
		displayName: 'Inspection Failed',
		description: 'Uses number (or ID), subject, inspector, reason, url',
		subject: 'Inspection {{ number | default: id }} has failed',
		text: `Inspection {{ number | default: id }}{% if subject %} of {{ subject }}{% endif %} has failed{% if inspector %}, noted by {{ inspector }}{% endif %}.
{%- if reason %}
Reason: {{ reason }}
{%- endif %}
{%- if url %}
{{ url }}
{%- endif %}`,
	},
	{
		event: 'documentApproved',
		displayName: 'Document Approved',
		description: 'Uses name (or number, ID), version, approvedBy, url',
		subject: '{{ name | default: number | default: id }} has been approved',
		text: `{{ name | default: number | default: id }}{% if version %}, version {{ version }},{% endif %} has been approved{% if approvedBy %} by {{ approvedBy }}{% endif %}.
{%- if url %}
{{ url }}
{%- endif %}`,
	},
	{
		event: 'trainingExpired',
		displayName: 'Training Expired',
		description: 'Uses person, training, expiredOn, url',
		subject: 'Training of {{ person | default: id }} has expired',
		text: `The training{% if training %} {{ training }}{% endif %} of {{ person | default: id }} has expired{% if expiredOn %} on {{ expiredOn }}{% endif %}.
{%- if url %}
{{ url }}
{%- endif %}`,
	},
	{
		event: 'syncConflict',
		displayName: 'Sync Conflict',
		description:
			'For items of the Crosslink Poll Trigger: uses integration, entity, localId, externalId, message, remedy',
		subject: '{{ entity | default: "A record" | capitalize }} {{ localId | default: externalId }} needs a decision',
		text: `{{ entity | default: "A record" | capitalize }} {{ localId | default: externalId }}{% if integration %} in {{ integration }}{% endif %} needs a person.
{%- if message %}
{{ message }}
{%- endif %}
{%- if remedy %}
{{ remedy }}
{%- endif %}`,
	},
	{
		event: 'commandFailed',
		displayName: 'Command Failed',
		description: 'For what Command: Execute gives out: uses command, integration, idempotencyKey, outcome, error',
		subject: 'Command {{ command | default: idempotencyKey }} has failed',
		text: `The command {{ command }}{% if integration %} in {{ integration }}{% endif %} has {% if outcome == "unknown" %}an unknown outcome{% else %}failed{% endif %}{% if idempotencyKey %} (key {{ idempotencyKey }}){% endif %}.
{%- if error.message %}
{{ error.message }}
{%- endif %}
{%- if error.remedy %}
{{ error.remedy }}
{%- endif %}`,
	},
];

/** Names of own events, as of those above. */
export const EVENT_NAME = /^[a-z][A-Za-z0-9]{0,63}$/;

export function findEvent(event: string): BusinessEvent | undefined {
	return CATALOGUE.find((known) => known.event === event);
}
