/** The page as a Liquid template; every value is escaped unless it is marked `raw`, which only our own SVG and CSS are. */
export const TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ title }}</title>
<style>{{ style | raw }}</style>
</head>
<body>
<main>
<header class="top">
<div><h1>{{ title }}</h1><p class="muted">{{ madeAt }}, the last {{ period }}</p></div>
<span class="badge {{ state }}">{{ stateText }}</span>
</header>
{%- if integrations.size == 0 %}
<section class="card"><p>Nothing is configured here yet. Run <i>Integration: Enable</i> once.</p></section>
{%- endif %}
{%- for one in integrations %}
<section class="card" aria-labelledby="{{ one.id }}">
<header><h2 id="{{ one.id }}">{{ one.displayName }}</h2><span class="muted">tenant {{ one.tenant }}{% if one.mode %}, {{ one.mode }}{% endif %}</span>
<span class="badge {{ one.state }}">{{ one.stateText }}</span></header>
{%- if one.findings.size > 0 %}
<ul class="findings">
{%- for finding in one.findings %}
<li class="{{ finding.severity }}"><b>{{ finding.message }}</b><span>{{ finding.remedy }}</span></li>
{%- endfor %}
</ul>
{%- endif %}
{%- if one.entities.size > 0 %}
<h3>Links</h3>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Entity</th><th scope="col" class="number">In step</th><th scope="col" class="number">Pending</th><th scope="col" class="number">Conflict</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Deleted</th><th scope="col">Oldest unsynced</th><th scope="col">Last in step</th>{% if one.desk %}<th scope="col"><span class="muted">Do</span></th>{% endif %}</tr></thead>
<tbody>
{%- for entity in one.entities %}
<tr><td data-name="Entity">{{ entity.displayName }}</td><td class="number" data-name="In step">{{ entity.links.synced }}</td><td class="number" data-name="Pending">{{ entity.links.pending }}</td><td class="number" data-name="Conflict">{{ entity.links.conflict }}</td><td class="number" data-name="Failed">{{ entity.links.failed }}</td><td class="number" data-name="Deleted">{{ entity.links.deleted }}</td><td data-name="Oldest unsynced">{{ entity.oldest }}</td><td data-name="Last in step">{{ entity.last }}</td>{% if one.desk %}<td data-name="Do">{% if entity.retry %}<a class="button" href="{{ entity.retry }}">Retry</a>{% endif %}</td>{% endif %}</tr>
{%- endfor %}
</tbody></table></div>
{%- endif %}
{%- for chart in one.charts %}
<h3>{{ chart.title }}</h3>
<figure role="img" aria-label="{{ chart.summary }}">{{ chart.svg | raw }}</figure>
<details><summary>{{ chart.title }} in numbers</summary><div class="scroll"><table>
<thead><tr><th scope="col">From (UTC)</th>{% for name in chart.names %}<th scope="col" class="number">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in chart.rows %}<tr><td>{{ row.label }}</td>{% for value in row.values %}<td class="number">{{ value }}</td>{% endfor %}</tr>{% endfor %}</tbody>
</table></div></details>
{%- endfor %}
{%- if one.conflicts.size > 0 %}
<h3>Open conflicts</h3>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Record</th><th scope="col">Field</th><th scope="col">Your system</th><th scope="col">{{ one.displayName }}</th><th scope="col">Last agreed</th><th scope="col">Since</th>{% if one.desk %}<th scope="col"><span class="muted">Do</span></th>{% endif %}</tr></thead>
<tbody>
{%- for conflict in one.conflicts %}
<tr><td data-name="Record">{{ conflict.record }}</td><td data-name="Field">{{ conflict.field }}</td><td class="value" data-name="Your system">{{ conflict.local }}</td><td class="value" data-name="{{ one.displayName }}">{{ conflict.external }}</td><td class="value" data-name="Last agreed">{{ conflict.base }}</td><td data-name="Since">{{ conflict.since }}</td>{% if one.desk %}<td data-name="Do"><a class="button" href="{{ conflict.decide }}">Decide</a></td>{% endif %}</tr>
{%- endfor %}
</tbody></table></div>
{%- if one.moreConflicts > 0 %}<p class="muted">and {{ one.moreConflicts }} more: Link → Get Conflicts lists all.</p>{% endif %}
{%- endif %}
{%- if one.commands.size > 0 %}
<h3>Commands in doubt</h3>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Command</th><th scope="col">Key</th><th scope="col">Why</th><th scope="col">Since</th></tr></thead>
<tbody>
{%- for command in one.commands %}
<tr><td data-name="Command">{{ command.name }}</td><td class="value" data-name="Key">{{ command.key }}</td><td class="value" data-name="Why">{{ command.why }}</td><td data-name="Since">{{ command.since }}</td></tr>
{%- endfor %}
</tbody></table></div>
{%- endif %}
{%- if one.budget.size > 0 %}
<h3>Calls booked</h3>
<p>{% for bucket in one.budget %}<span style="white-space:nowrap"><label>{{ bucket.name }} <meter min="0" max="1" high="0.9" value="{{ bucket.value }}">{{ bucket.percent }}</meter></label> {{ bucket.percent }}</span> {% endfor %}</p>
{%- endif %}
</section>
{%- endfor %}
<footer>{{ footer }}</footer>
</main>
</body>
</html>
`;
