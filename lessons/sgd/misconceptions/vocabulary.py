"""Misconceptions about the words."""

from autograder.graders.catalogue import sign


def letter(traces, term):
    """The letter that a term was given, or ""."""
    for call in (call for calls in traces.values() for call in calls):
        if isinstance(call.value, dict):
            return str(call.value.get(term, "")).strip().upper()
    return ""


@sign("test_term[epoch]")
def epoch_taken_for_a_minibatch(traces):
    """The meaning that you chose for "epoch" is that of a portion of the data.

    With 100 rows and portions of 10, one epoch takes ten steps.

    How many rows are used between the beginning and the end of an epoch?

    Some words of training are about portions of rows, others about how often all of them are used.
    """
    return letter(traces, "epoch") == "A"


@sign("test_term[minibatch]")
def minibatch_taken_for_an_epoch(traces):
    """The meaning that you chose for "minibatch" has all the data in it.

    With 100 rows and minibatches of 10, a single step looks at ten rows.

    What does the "mini" say?

    Some words of training are about portions of rows, others about how often all of them are used.
    """
    return letter(traces, "minibatch") == "F"


@sign("test_term[learning rate]")
def learning_rate_taken_for_a_parameter(traces):
    """The meaning that you chose for "learning rate" is about numbers that training changes.

    In the lesson lr is 0.1 before the training, and 0.1 after it.

    Who chooses the learning rate, and when?

    Some numbers are found by the training, others are chosen by you before it starts.
    """
    return letter(traces, "learning rate") == "B"


@sign("test_term[parameter]")
def parameter_taken_for_the_learning_rate(traces):
    """The meaning that you chose for "parameter" is about a number that you choose, and that stays as it is.

    In the lesson the slope starts at -1 and ends near 3.

    Which numbers does the training find?

    Some numbers are found by the training, others are chosen by you before it starts.
    """
    return letter(traces, "parameter") == "D"


@sign("test_term[model/architecture]")
def model_taken_for_the_method(traces):
    """The meaning that you chose for "model" is about how the numbers are found.

    The same method finds the line and trains a network of 34 layers. What is it that differs?

    What is there before anything has been trained?

    What is trained, how it is trained, and how its mistakes are measured are three different things.
    """
    return letter(traces, "model/architecture") == "G"


@sign("test_term[loss function]")
def loss_taken_for_the_model(traces):
    """The meaning that you chose for "loss function" is about making predictions.

    A perfect set of predictions has a loss of 0.

    What does a loss function need besides the predictions?

    What predicts, and what judges predictions, are two different formulas.
    """
    return letter(traces, "loss function") == "C"
