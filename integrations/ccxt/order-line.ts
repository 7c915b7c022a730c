import type { Dict, Num, Order, OrderSide, OrderType, Str } from 'ccxt'
import { BusbarLine } from './line.ts'

/** Orders over the connection that the stream has open: what `Busbar` does over REST. */
export class BusbarOrderLine extends BusbarLine {
  override async createOrderWs(
    symbol: string,
    type: OrderType,
    side: OrderSide,
    amount: number,
    price?: Num,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets()
    const market = this.market(symbol)
    const request = this.orderRequest(market, type, side, amount, price, params)
    return this.parseOrder(await this.perform('order.place', request), market)
  }

  override async editOrderWs(
    id: string,
    symbol: string,
    _type: OrderType,
    _side: OrderSide,
    amount?: Num,
    price?: Num,
    params: Dict = {},
  ): Promise<Order> {
    await this.loadMarkets()
    const request = this.amendmentOf(id, symbol, amount, price, params)
    return this.parseOrder(await this.perform('order.amend', request), this.market(symbol))
  }

  override async cancelOrderWs(id: string, symbol?: Str, params: Dict = {}): Promise<Order> {
    const [market] = await this.instrumentOf(symbol)
    return this.parseOrder(await this.perform('order.cancel', { id, ...params }), market)
  }

  override async cancelAllOrdersWs(symbol?: Str, params: Dict = {}): Promise<Order[]> {
    const [market, request] = await this.instrumentOf(symbol)
    return this.canceledOrders(await this.perform('order.cancel_all', { ...request, ...params }), market)
  }
}
