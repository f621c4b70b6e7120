{#- Every list of formgrader's: whose name the gradebook does not know goes by their id. -#}
{% extends "nbgrader/base.tpl" %}
{% block script %}
<script>
for (const list of [window.StudentUI, window.SubmissionUI].filter(Boolean)) {
  const render = list.prototype.render;
  list.prototype.render = function () {
    render.call(this);
    const of = name => this.model.get(name);
    const name = [of("last_name"), of("first_name")].filter(Boolean).join(", ") || of("student") || of("id");
    const cell = this.$student_name || this.$name;
    cell.attr("data-order", name);
    cell.find("a").addBack().last().text(name);
  };
}
</script>
{% endblock %}
