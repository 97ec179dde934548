using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Numa.Core.Time;

namespace Numa.Tests.Determinism;

/// <summary>A mailbox that keeps its owner waiting a random little before each message, as a busy host would.</summary>
public sealed class JitterMailbox(Settings settings, Config config)
    : MailboxType(settings, config), IProducesMessageQueue<UnboundedMessageQueue>
{
    private static long _seed;
    private static long _delayed;

    /// <summary>Messages that were kept waiting so far, in all systems.</summary>
    public static long Delayed => Interlocked.Read(ref _delayed);

    public static Config Overlay(int threads) => ConfigurationFactory.ParseString($$"""
        numa.dispatcher.mailbox-type = "{{typeof(JitterMailbox).AssemblyQualifiedName}}"
        akka.actor.default-mailbox.mailbox-type = "{{typeof(JitterMailbox).AssemblyQualifiedName}}"
        numa.dispatcher.throughput = {{threads * 3}}
        """);

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) =>
        new Queue((ulong)Interlocked.Increment(ref _seed));

    private sealed class Queue(ulong seed) : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private readonly UnboundedMessageQueue _messages = new();
        private SeededRandom _random = new(seed);

        public bool HasMessages => _messages.HasMessages;

        public int Count => _messages.Count;

        public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(receiver, envelope);

        public bool TryDequeue(out Envelope envelope)
        {
            if (!_messages.TryDequeue(out envelope)) return false;
            Interlocked.Increment(ref _delayed);
            if (_random.NextBelow(8) == 0) Thread.SpinWait((int)_random.NextBelow(600));
            return true;
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters) => _messages.CleanUp(owner, deadletters);
    }
}
