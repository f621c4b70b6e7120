{#- nbgrader's own of this name includes a file that does not exist. -#}
{% extends "base.tpl" %}
{% block title %}No graded notebook{% endblock %}
{% block body %}
<div class="panel-body">
<p>There is no graded notebook of {{ resources.student }}: either nothing has been graded yet, or there is no notebook in
the hand-in. The Report <code>course/reports/{{ resources.assignment_id }}/{{ resources.student }}.json</code> says which.</p>
<p><a href="{{ resources.base_url }}/formgrader/gradebook/{{ resources.assignment_id }}/{{ resources.notebook_id }}">Back to the others</a></p>
</div>
{% endblock %}
