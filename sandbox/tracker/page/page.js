'use strict';

const REFRESH_MS = 2000;

/** Tables of the page: where the rows come from, where a change goes, and the columns; `edit` = can be changed,
 * `wrap` = a long text takes several lines. */
const TABLES = {
	orders: {
		rows: (state) => state.orders,
		save: (id) => `/_sandbox/orders/${encodeURIComponent(id)}`,
		columns: [
			{ title: 'Number', value: (row) => row.number },
			{ title: 'Name', field: 'name', edit: true, size: 20 },
			{ title: 'Amount', field: 'amount', edit: true, number: true, size: 7 },
			{ title: 'Sales stage', value: (row, state) => stageLabel(state, row.salesStage) },
			{ title: 'Sales notes', value: (row) => row.salesNotes, wrap: true },
			{ title: 'Status', field: 'status', edit: true, choices: () => STATUSES },
			{ title: 'Due', field: 'dueDate', edit: true, size: 9 },
			{ title: 'Changed by', value: (row) => row.updatedBy },
		],
	},
	companies: {
		rows: (state) => state.companies,
		save: (id) => `/_sandbox/companies/${encodeURIComponent(id)}`,
		columns: [
			{ title: 'Id', value: (row) => row.id },
			{ title: 'Name', field: 'name', edit: true, size: 24 },
			{ title: 'City', field: 'city', edit: true, size: 10 },
			{ title: 'Phone', field: 'phone', edit: true, size: 14 },
			{ title: 'Sales notes', value: (row) => row.salesNotes, wrap: true },
		],
	},
	deals: {
		rows: (state) => state.hubspot.deals.map(flat),
		save: (id) => `/_sandbox/hubspot/deals/${encodeURIComponent(id)}`,
		columns: [
			{ title: 'Id', value: (row) => row.id },
			{ title: 'Deal', field: 'dealname', edit: true, size: 20 },
			{ title: 'Amount', value: (row) => row.amount },
			{ title: 'Stage', field: 'dealstage', edit: true, choices: (state) => state.hubspot.stages },
			{ title: 'Description', field: 'description', edit: true, size: 20 },
		],
	},
	'hubspot-companies': {
		rows: (state) => state.hubspot.companies.map(flat),
		save: (id) => `/_sandbox/hubspot/companies/${encodeURIComponent(id)}`,
		columns: [
			{ title: 'Id', value: (row) => row.id },
			{ title: 'Company', field: 'name', edit: true, size: 24 },
			{ title: 'Domain', value: (row) => row.domain },
			{ title: 'Description', field: 'description', edit: true, size: 20 },
		],
	},
};

const STATUSES = ['draft', 'open', 'shipped', 'invoiced', 'cancelled'].map((value) => ({ value, label: value }));

/** A stage that HubSpot does not list (any more) shows as it is. */
function stageLabel(state, id) {
	return state.hubspot.stages.find((stage) => stage.value === id)?.label ?? id;
}

function flat(row) {
	return { id: row.id, ...row.properties };
}

function say(text, bad = false) {
	const status = document.getElementById('status');
	status.textContent = text;
	status.classList.toggle('error', bad);
}

async function call(method, path, body) {
	const response = await fetch(path, {
		method,
		headers: body === undefined ? {} : { 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const answer = response.status === 204 ? null : await response.json();
	if (!response.ok) throw new Error(answer.error.message);
	return answer;
}

/** A person is in this field, or typed something that was not taken: leave it alone. */
function inUse(control) {
	return control === document.activeElement || control.dataset.unsaved === 'yes';
}

function show(control, value) {
	const text = value === null || value === undefined ? '' : String(value);
	control.dataset.saved = text;
	if (inUse(control)) return;
	if (control.tagName === 'SELECT' && ![...control.options].some((option) => option.value === text)) {
		control.add(new Option(text, text));
	}
	if (control.value !== text) control.value = text;
}

function showText(cell, value) {
	const text = String(value ?? '');
	if (cell.textContent !== text) cell.textContent = text;
}

function controlFor(table, column, row, state) {
	const control = document.createElement(column.choices ? 'select' : 'input');
	if (column.size) control.size = column.size;
	for (const { value, label } of column.choices?.(state) ?? []) control.add(new Option(label, value));
	control.setAttribute('aria-label', `${column.title} of ${row.number ?? row.dealname ?? row.name ?? row.id}`);
	control.addEventListener('input', () => {
		control.dataset.unsaved = 'yes';
	});
	control.addEventListener('change', () => {
		if (control.dataset.unsaved === 'yes') void save(table, column, row.id, control);
	});
	control.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') giveUp(control);
	});
	return control;
}

/** Escape brings the saved value back; leaving the field must then save nothing. */
function giveUp(control) {
	delete control.dataset.unsaved;
	control.removeAttribute('aria-invalid');
	control.value = control.dataset.saved;
	control.blur();
}

async function save(table, column, id, control) {
	const empty = control.value === '' && !table.save('').includes('/hubspot/');
	const value = empty ? null : column.number ? Number(control.value) : control.value;
	try {
		await call('PATCH', table.save(id), { [column.field]: value });
		delete control.dataset.unsaved;
		control.removeAttribute('aria-invalid');
		say(`Saved: ${column.title} of ${id}.`);
	} catch (error) {
		control.setAttribute('aria-invalid', 'true');
		say(`Not saved: ${error.message}`, true);
	}
}

function head(element, columns) {
	const row = element.createTHead().insertRow();
	for (const { title } of columns) {
		const cell = document.createElement('th');
		cell.scope = 'col';
		cell.textContent = title;
		row.append(cell);
	}
	element.createTBody();
}

/** Rows are made once and then only updated, so that focus and half-typed text survive a refresh. */
function render(name, table, state) {
	const element = document.getElementById(name);
	if (!element.tHead) head(element, table.columns);
	const body = element.tBodies[0];
	const gone = new Set([...body.rows].map((each) => each.dataset.id));
	for (const row of table.rows(state)) {
		gone.delete(row.id);
		let line = [...body.rows].find((each) => each.dataset.id === row.id);
		if (!line) {
			line = body.insertRow();
			line.dataset.id = row.id;
			for (const column of table.columns) {
				const cell = line.insertCell();
				if (column.wrap) cell.className = 'wrap';
				if (column.edit) cell.append(controlFor(table, column, row, state));
			}
		}
		table.columns.forEach((column, index) => {
			const cell = line.cells[index];
			if (column.edit) show(cell.firstElementChild, row[column.field]);
			else showText(cell, column.value(row, state));
		});
	}
	for (const line of [...body.rows]) if (gone.has(line.dataset.id)) line.remove();
}

function renderDeliveries(deliveries) {
	const lines = deliveries.map((each) => {
		const outcome = each.delivered ? `taken (${each.status})` : `not taken: ${each.error}`;
		return `${each.at} ${each.entity}: ${each.ids.length} ids, ${each.attempts} tries, ${outcome}`;
	});
	const list = document.getElementById('deliveries');
	const texts = [...list.children].map((each) => each.textContent);
	if (texts.join('\n') === lines.join('\n')) return;
	list.replaceChildren(...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })));
}

async function refresh() {
	try {
		const state = await call('GET', '/_sandbox/state');
		for (const [name, table] of Object.entries(TABLES)) render(name, table, state);
		renderDeliveries(state.deliveries);
		const problem = document.getElementById('hubspot-error');
		problem.textContent = state.hubspot.error ?? '';
		problem.hidden = state.hubspot.error === null;
	} catch (error) {
		say(`The Tracker does not answer: ${error.message}`, true);
	}
	setTimeout(refresh, REFRESH_MS);
}

document.getElementById('resend').addEventListener('click', () => {
	call('POST', '/_sandbox/resend', {}).then(
		({ sent }) => say(`On their way: ${sent.map((each) => `${each.count} x ${each.entity}`).join(', ')}.`),
		(error) => say(error.message, true),
	);
});
void refresh();
