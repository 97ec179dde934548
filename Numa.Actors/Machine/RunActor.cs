using Akka.Actor;
using Numa.Core.Diagnostics;

namespace Numa.Actors.Machine;

/// <summary>An actor of a run: a breach of an invariant names the actor and the message that broke it.</summary>
public abstract class RunActor : ReceiveActor
{
    protected override bool AroundReceive(Receive receive, object message)
    {
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (InvariantBreachException breach)
        {
            breach.Data[InvariantBreachException.ActorKey] ??= Self.Path.ToStringWithoutAddress();
            breach.Data[InvariantBreachException.MessageKey] ??= Describe(message);
            throw;
        }
    }

    // Most messages are records, which print their type themselves.
    private static string Describe(object message)
    {
        var type = message.GetType().Name;
        var text = message.ToString() ?? "";
        return text.StartsWith(type, StringComparison.Ordinal) ? text : $"{type}: {text}";
    }
}
